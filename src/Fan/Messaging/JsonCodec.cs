using System.Buffers;
using System.Text.Json;
using Fan.Generated;

namespace Fan.Messaging;

/// <summary>Arguments as a JSON object of names, values as JSON. Safe from any thread.</summary>
internal sealed class JsonCodec : PayloadCodec
{
    public const string MediaType = MediaTypes.Json;

    private readonly JsonSerializerOptions _options;
    private readonly JsonReaderOptions _readingArguments;
    private readonly JsonReaderOptions _reading;
    private readonly JsonWriterPool _argumentWriters;
    private readonly JsonWriterPool _writers;
    private readonly int _maxDepth;

    public JsonCodec(JsonSerializerOptions options, FanLimits limits)
    {
        _options = options;
        // Levels are those of a value: the object of the arguments around them is none.
        _readingArguments = new JsonReaderOptions { MaxDepth = limits.MaxDepth + 1 };
        _reading = new JsonReaderOptions { MaxDepth = limits.MaxDepth };
        _argumentWriters = new JsonWriterPool(limits.MaxDepth + 1);
        _writers = new JsonWriterPool(limits.MaxDepth);
        _maxDepth = limits.MaxDepth;
    }

    public override string ContentType => MediaType;

    public JsonSerializerOptions Options => _options;

    public override void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args)
    {
        var writer = _argumentWriters.Rent(output);
        try
        {
            method.WriteArguments(writer, args, _options);
            writer.Flush();
        }
        catch (Exception error) when (JsonArguments.IsTooDeep(error, writer))
        {
            throw TooDeep($"The arguments of '{method.Name}'", error);
        }
        catch (Exception error) when (error is not FanException)
        {
            throw new BadArgumentException(
                "", $"The arguments of '{method.Name}' can't be written as JSON: {ExceptionText.MessageOf(error)}", error);
        }
        finally
        {
            _argumentWriters.Return(writer);
        }
    }

    public override TArgs ReadArguments<TArgs>(in ReadOnlySequence<byte> payload, ServiceMethod<TArgs> method)
    {
        var reader = payload.IsSingleSegment
            ? new Utf8JsonReader(payload.FirstSpan, _readingArguments)
            : new Utf8JsonReader(payload, _readingArguments);
        try
        {
            var args = method.ReadArguments(ref reader, _options);
            // Anything but blanks after the object is an error too.
            reader.Read();
            return args;
        }
        catch (JsonException error)
        {
            throw new BadArgumentException("", $"The arguments of '{method.Name}' are no valid JSON: {error.Message}", error);
        }
        catch (InvalidOperationException error) when (error is not ObjectDisposedException)
        {
            // A name or text with broken UTF-8 or a lone surrogate.
            throw new BadArgumentException("", $"The arguments of '{method.Name}' are no valid JSON text: {error.Message}", error);
        }
    }

    public override void WriteResult<TArgs, TResult>(IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value) =>
        WriteValue(output, value);

    public override TResult ReadResult<TArgs, TResult>(in ReadOnlySequence<byte> payload, ResultMethod<TArgs, TResult> method) =>
        ReadValue<TResult>(payload);

    public void WriteValue<T>(IBufferWriter<byte> output, T value)
    {
        var writer = _writers.Rent(output);
        try
        {
            JsonArguments.WriteValue(writer, value, _options);
            writer.Flush();
        }
        catch (Exception error) when (JsonArguments.IsTooDeep(error, writer))
        {
            throw TooDeep($"The {typeof(T).Name} to send", error);
        }
        finally
        {
            _writers.Return(writer);
        }
    }

    public T ReadValue<T>(in ReadOnlySequence<byte> payload)
    {
        // A method without a result: whatever stands there is not looked at.
        if (typeof(T) == typeof(Unit)) return default!;
        var reader = payload.IsSingleSegment ? new Utf8JsonReader(payload.FirstSpan, _reading) : new Utf8JsonReader(payload, _reading);
        try
        {
            reader.Read();
            var value = JsonArguments.ReadValue<T>(ref reader, _options);
            reader.Read();
            return value!;
        }
        catch (Exception error)
        {
            throw new BadMessageException("reply", $"The reply is no valid {typeof(T).Name}: {ExceptionText.MessageOf(error)}", error);
        }
    }

    private LimitExceededException TooDeep(string what, Exception error) =>
        new(nameof(FanLimits.MaxDepth), $"{what} would nest deeper than {_maxDepth} levels of JSON ({nameof(FanLimits.MaxDepth)}).", error);
}
