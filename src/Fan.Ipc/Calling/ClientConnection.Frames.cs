using Fan.Ipc.Wire;
using Fan.Transports;

namespace Fan.Ipc.Calling;

internal sealed partial class ClientConnection
{
    private void OnReply(ref Frame frame)
    {
        if (frame.Skipped > 0)
        {
            if (Take(frame.Stream) is { } lost) lost.Fail(TooLarge(lost));
            return;
        }

        var reader = new BodyReader(frame.Type, frame.Body);
        var contentType = _received.ReadText(ref reader);
        var spans = ReadSpans(ref reader);
        if (Take(frame.Stream) is not { } call) return;
        call.Call.ReplySpans = spans;
        if (reader.Left > call.Call.Limits.MaxPayloadBytes) call.Fail(TooLarge(call));
        else call.Reply(frame.TakePayload(reader.Position) with { ContentType = contentType.Length == 0 ? null : contentType });
    }

    private void OnItem(ref Frame frame)
    {
        if (Find(frame.Stream) is not { } call)
        {
            // Its reader left while it was under way.
            ItemConsumed(frame.Bytes);
            return;
        }

        if (call is not ClientSequence sequence) throw new WireException($"Stream {frame.Stream} is no sequence, and an item came.");
        var reader = new BodyReader(frame.Type, frame.Body);
        var contentType = frame.Skipped > 0 ? "" : _received.ReadText(ref reader);
        if (frame.Skipped > 0 || reader.Left > sequence.Call.Limits.MaxPayloadBytes)
        {
            ItemConsumed(frame.Bytes);
            if (TryAbandon(frame.Stream, sequence)) sequence.Fail(TooLarge(sequence));
            return;
        }

        var bytes = frame.Bytes;
        sequence.Add(frame.TakePayload(reader.Position) with { ContentType = contentType.Length == 0 ? null : contentType }, bytes);
    }

    private void OnEnd(ref Frame frame)
    {
        var reader = new BodyReader(frame.Type, frame.Body);
        var spans = reader.Left > 0 ? ReadSpans(ref reader) : null;
        if (Take(frame.Stream) is not ClientSequence sequence) return;
        sequence.Call.ReplySpans = spans;
        sequence.End();
    }

    private void OnError(ref Frame frame)
    {
        var error = ErrorBody.Read(frame.Body, out var spans).ToException();
        if (Take(frame.Stream) is not { } call) return;
        call.Call.ReplySpans = spans;
        call.Fail(error);
    }

    private void OnCredit(ref Frame frame)
    {
        if (frame.Stream != 0) throw new WireException("A server gives credit for the connection only.");
        var reader = new BodyReader(frame.Type, frame.Body);
        var bytes = reader.Number();
        lock (Writer.Gate)
        {
            if (bytes > long.MaxValue || (long)bytes > Peer.Window - _credit)
            {
                throw new WireException($"Credit of {bytes} bytes is more than was used.");
            }

            _credit += (long)bytes;
            Writer.Changed();
        }
    }

    private void OnGoAway(ref Frame frame)
    {
        var last = new BodyReader(frame.Type, frame.Body).UInt32();
        var refused = new List<IOpenCall>();
        bool isLast;
        lock (Writer.Gate)
        {
            Volatile.Write(ref _goesAway, true);
            foreach (var (stream, call) in _open)
            {
                if ((int)(stream - last) > 0) refused.Add(call);
            }

            foreach (var call in refused) _open.Remove(call.Stream);
            isLast = _open.Count == 0 && Broken is null;
            Writer.Changed();
        }

        foreach (var call in refused)
        {
            call.Call.Endpoint.Leave();
            call.Fail(new EndpointUnreachableException(call.Call.Endpoint, $"{call.Call.Endpoint} goes away and did not take the call."));
        }

        if (isLast) EndWhenSent(new IOException($"{PeerName} went away"), listens: false);
    }
}
