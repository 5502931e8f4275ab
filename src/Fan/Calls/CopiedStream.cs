using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan.Generated;

namespace Fan.Calls;

/// <summary>
/// As <see cref="CopiedMethod{TArgs, TResult}"/>, with a sequence as the reply: each item is copied when it is asked for.
/// </summary>
internal sealed class CopiedStream<TArgs, TItem> : StreamMethod<TArgs, TItem>
    where TArgs : struct
{
    private readonly StreamMethod<TArgs, TItem> _own;
    private readonly LocalCopies _copies;

    public CopiedStream(StreamMethod<TArgs, TItem> own, LocalCopies copies)
        : base(own.Description)
    {
        (_own, _copies) = (own, copies);
        if (own.Contract is { } contract) BelongTo(contract, own.Service);
    }

    public override bool IsCompact => _own.IsCompact;

    public override IReadOnlyList<string> CompactNames => _own.CompactNames;

    public override IReadOnlyList<CompactTypeFacts> CompactTypes => _own.CompactTypes;

    public override async IAsyncEnumerable<TItem> Invoke(
        object service, TArgs args, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var codec = _copies.CodecFor(_own);
        using var bytes = _copies.Room();
        codec.WriteArguments(bytes, _own, args);
        IAsyncEnumerator<TItem>? items = null;
        try
        {
            while (true)
            {
                try
                {
                    items ??= _own.Invoke(service, codec.ReadArguments(new ReadOnlySequence<byte>(bytes.Written), _own), cancellationToken)
                        .GetAsyncEnumerator(cancellationToken);
                    if (!await items.MoveNextAsync().ConfigureAwait(false)) break;
                    bytes.Clear();
                    codec.WriteResult(bytes, _own, items.Current);
                }
                catch (Exception error)
                {
                    throw _copies.Arrived(error, _own, cancellationToken);
                }

                yield return codec.ReadResult(new ReadOnlySequence<byte>(bytes.Written), _own);
            }
        }
        finally
        {
            if (items is not null) await EndAsync(items).ConfigureAwait(false);
        }
    }

    public override void WriteArguments(Utf8JsonWriter writer, in TArgs args, JsonSerializerOptions options) =>
        _own.WriteArguments(writer, args, options);

    public override TArgs ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        _own.ReadArguments(ref reader, options);

    public override void WriteCompact(ref CompactWriter writer, in TArgs args) => _own.WriteCompact(ref writer, args);

    public override TArgs ReadCompact(ref CompactReader reader) => _own.ReadCompact(ref reader);

    public override void WriteCompactResult(ref CompactWriter writer, TItem value) => _own.WriteCompactResult(ref writer, value);

    public override TItem ReadCompactResult(ref CompactReader reader) => _own.ReadCompactResult(ref reader);

    private async ValueTask EndAsync(IAsyncEnumerator<TItem> items)
    {
        try
        {
            await items.DisposeAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // As it should.
        }
        catch (Exception error)
        {
            // The caller has left, and no answer reaches it.
            _copies.Tell(error, _own);
        }
    }
}
