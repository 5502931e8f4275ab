using System.Net;
using System.Net.Http.Headers;

namespace Fan.Http.Connections;

/// <summary>
/// A request's body: bytes that somebody else owns, sent without a copy. Whoever owns them lets it go before they are used again.
/// </summary>
internal sealed class PayloadContent : ByteArrayContent
{
    private const int Untouched = 0;
    private const int Sending = 1;
    private const int LetGo = 2;

    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly ReadOnlyMemory<byte> _payload;
    private int _state;
    private Task _sending = Task.CompletedTask;

    public PayloadContent(ReadOnlyMemory<byte> payload, string contentType)
        : base([])
    {
        _payload = payload;
        if (contentType == Json.MediaType) Headers.ContentType = Json;
        else Headers.TryAddWithoutValidation("Content-Type", contentType);
    }

    /// <summary>Whether not one of its bytes was asked for, so that no server can have what it needs to begin.</summary>
    public bool IsUntouched => Volatile.Read(ref _state) == Untouched && !_payload.IsEmpty;

    /// <summary>
    /// Waits until nothing reads the bytes any more. A server may reply before it has read them all; then the handler gives
    /// the sending up when the reply is disposed, and this is the time that it takes to.
    /// </summary>
    public ValueTask LetGoAsync() =>
        Interlocked.CompareExchange(ref _state, LetGo, Untouched) == Untouched || Volatile.Read(ref _sending) is { IsCompleted: true }
            ? default
            : EndedAsync();

    private async ValueTask EndedAsync() => await Volatile.Read(ref _sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    protected override bool TryComputeLength(out long length)
    {
        length = _payload.Length;
        return true;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // The handler sends again on another connection where the first one was found closed.
        var before = Interlocked.CompareExchange(ref _state, Sending, Untouched);
        if (before == LetGo) throw new OperationCanceledException("The call has ended before it was sent.");
        var writing = stream.WriteAsync(_payload, cancellationToken);
        if (writing.IsCompletedSuccessfully) return Task.CompletedTask;
        var sending = writing.AsTask();
        Volatile.Write(ref _sending, sending);
        return sending;
    }
}
