using System.Buffers;
using System.Text.Json;
using Fan.Generated;

namespace Fan.Calls;

/// <summary>A method of a service in this process, called as if it were in another one; all else is the method itself.</summary>
internal sealed class CopiedMethod<TArgs, TResult> : UnaryMethod<TArgs, TResult>
    where TArgs : struct
{
    private readonly UnaryMethod<TArgs, TResult> _own;
    private readonly LocalCopies _copies;

    public CopiedMethod(UnaryMethod<TArgs, TResult> own, LocalCopies copies)
        : base(own.Description)
    {
        (_own, _copies) = (own, copies);
        if (own.Contract is { } contract) BelongTo(contract, own.Service);
    }

    public override bool IsCompact => _own.IsCompact;

    public override IReadOnlyList<string> CompactNames => _own.CompactNames;

    public override IReadOnlyList<CompactTypeFacts> CompactTypes => _own.CompactTypes;

    public override async ValueTask<TResult> InvokeAsync(object service, TArgs args, CancellationToken cancellationToken)
    {
        var codec = _copies.CodecFor(_own);
        using var request = _copies.Room();
        using var reply = _copies.Room();
        codec.WriteArguments(request, _own, args);
        try
        {
            await _own.ServeAsync(
                service, new ReadOnlySequence<byte>(request.Written), codec, reply, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            throw _copies.Arrived(error, _own, cancellationToken);
        }

        return codec.ReadResult(new ReadOnlySequence<byte>(reply.Written), _own);
    }

    public override void WriteArguments(Utf8JsonWriter writer, in TArgs args, JsonSerializerOptions options) =>
        _own.WriteArguments(writer, args, options);

    public override TArgs ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        _own.ReadArguments(ref reader, options);

    public override void WriteCompact(ref CompactWriter writer, in TArgs args) => _own.WriteCompact(ref writer, args);

    public override TArgs ReadCompact(ref CompactReader reader) => _own.ReadCompact(ref reader);

    public override void WriteCompactResult(ref CompactWriter writer, TResult value) => _own.WriteCompactResult(ref writer, value);

    public override TResult ReadCompactResult(ref CompactReader reader) => _own.ReadCompactResult(ref reader);
}
