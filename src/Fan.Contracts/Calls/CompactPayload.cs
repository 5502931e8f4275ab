using System.Buffers;
using System.ComponentModel;

namespace Fan.Generated;

/// <summary>Whole payloads in the compact form: arguments as the members of an object, a result as a kind and a value.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompactPayload
{
    /// <summary>Writes the arguments of a call.</summary>
    /// <exception cref="LimitExceededException">They nest too deep.</exception>
    /// <exception cref="BadArgumentException">They can't be written: what their types threw.</exception>
    public static void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args, int maxDepth)
        where TArgs : struct
    {
        ArgumentNullException.ThrowIfNull(method);
        var writer = new CompactWriter(output, maxDepth, CompactKind.AroundArguments);
        try
        {
            method.WriteCompact(ref writer, args);
        }
        catch (Exception error) when (error is not LimitExceededException)
        {
            throw new BadArgumentException(
                "", $"The arguments of '{method.Name}' can't be written: {ExceptionText.MessageOf(error)}", error);
        }

        writer.Flush();
    }

    /// <summary>Reads the arguments of a call.</summary>
    /// <exception cref="BadArgumentException">They do not fit the method; the message says which one, and where in it.</exception>
    public static TArgs ReadArguments<TArgs>(ReadOnlySpan<byte> payload, ServiceMethod<TArgs> method, int maxDepth)
        where TArgs : struct
    {
        ArgumentNullException.ThrowIfNull(method);
        var reader = new CompactReader(payload, maxDepth, CompactKind.AroundArguments);
        try
        {
            var args = method.ReadCompact(ref reader);
            return reader.Left == 0 ? args : throw reader.Error($"has {reader.Left} bytes too many");
        }
        catch (CompactFormatException error)
        {
            var place = CompactPlace.OfArgument(payload, maxDepth, error, method.CompactNames);
            throw place.Length == 0
                ? new BadArgumentException("", $"The payload of '{method.Name}' {error.Message} (byte {error.Position}).", error)
                : new BadArgumentException(place, $"Argument '{place}' of '{method.Name}' {error.Message} (byte {error.Position}).", error);
        }
        catch (Exception error) when (error is not BadArgumentException)
        {
            var place = CompactPlace.OfArgument(payload, maxDepth, reader.Position, reader.Depth, method.CompactNames);
            throw new BadArgumentException(
                place,
                $"{(place.Length == 0 ? "The payload" : $"Argument '{place}'")} of '{method.Name}' is not valid: " +
                $"{ExceptionText.MessageOf(error)}",
                error);
        }
    }

    /// <summary>Writes the reply of a call, or one item of it.</summary>
    /// <exception cref="LimitExceededException">It nests too deep.</exception>
    public static void WriteResult<TArgs, TResult>(
        IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value, int maxDepth)
        where TArgs : struct
    {
        ArgumentNullException.ThrowIfNull(method);
        if (typeof(TResult) == typeof(Unit)) return;
        var writer = new CompactWriter(output, maxDepth);
        method.WriteCompactResult(ref writer, value);
        writer.Flush();
    }

    /// <summary>Reads the reply of a call, or one item of it.</summary>
    /// <exception cref="BadMessageException">It is no such value; the message says where.</exception>
    public static TResult ReadResult<TArgs, TResult>(ReadOnlySpan<byte> payload, ResultMethod<TArgs, TResult> method, int maxDepth)
        where TArgs : struct
    {
        ArgumentNullException.ThrowIfNull(method);
        // A method without a result: whatever stands there is not looked at.
        if (typeof(TResult) == typeof(Unit)) return default!;
        var reader = new CompactReader(payload, maxDepth);
        try
        {
            var value = method.ReadCompactResult(ref reader);
            return reader.Left == 0 ? value : throw reader.Error($"has {reader.Left} bytes too many");
        }
        catch (CompactFormatException error)
        {
            var place = CompactPlace.OfValue(payload, maxDepth, error, method.CompactNames);
            throw new BadMessageException(
                "reply",
                $"The reply of '{method.Name}'{(place.Length == 0 ? "" : $" at '{place}'")} {error.Message} (byte {error.Position}).",
                error);
        }
        catch (Exception error)
        {
            throw new BadMessageException("reply", $"The reply of '{method.Name}' is not valid: {ExceptionText.MessageOf(error)}", error);
        }
    }
}
