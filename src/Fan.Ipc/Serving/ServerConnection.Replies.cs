using System.Security.Claims;
using Fan.Ipc.Wire;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Ipc.Serving;

internal sealed partial class ServerConnection
{
    /// <summary>Appends the reply of a call and ends it; false where there is no room for it yet.</summary>
    public bool TryReply(ServedCall call, string? spans, ReadOnlySpan<byte> payload)
    {
        bool isLast;
        lock (Writer.Gate)
        {
            if (Broken is null)
            {
                if (Writer.IsFull) return false;
                var frames = Writer.Frames;
                var type = call.IsCompact ? CompactName(frames) : null;
                var place = frames.Begin(FrameType.Reply, call.Stream);
                WriteType(frames, call, type);
                WriteSpans(frames, spans);
                frames.Bytes(payload);
                frames.End(place);
            }

            isLast = Remove(call);
        }

        if (isLast) EndWhenSent(Stopped());
        return true;
    }

    // Sent once as a name, so no frame may be open.
    private uint? CompactName(FrameBuffer frames) => _compactName ??= _sent.Text(frames, MediaTypes.Compact);

    private static void WriteType(FrameBuffer frames, ServedCall call, uint? name)
    {
        if (name is { } id) frames.NameReference(id);
        else frames.Text(call.IsCompact ? MediaTypes.Compact : "");
    }

    private static void WriteSpans(FrameBuffer frames, string? spans)
    {
        if (spans is null) frames.Byte(0);
        else HeaderBlock.Write(frames, new MessageHeaders { Spans = spans }, null, "");
    }

    /// <summary>Appends the error of a call and ends it; false where there is no room for it yet.</summary>
    public bool TryFail(ServedCall call, WireError error, string? spans)
    {
        bool isLast;
        lock (Writer.Gate)
        {
            if (Broken is null)
            {
                if (Writer.IsFull) return false;
                var place = Writer.Frames.Begin(FrameType.Error, call.Stream);
                ErrorBody.Write(Writer.Frames, error, spans);
                Writer.Frames.End(place);
            }

            isLast = Remove(call);
        }

        if (isLast) EndWhenSent(Stopped());
        return true;
    }

    /// <summary>Appends the end of a sequence and ends its call; false where there is no room for it yet.</summary>
    public bool TryEnd(ServedCall call, string? spans)
    {
        bool isLast;
        lock (Writer.Gate)
        {
            if (Broken is null)
            {
                if (Writer.IsFull) return false;
                var place = Writer.Frames.Begin(FrameType.End, call.Stream);
                WriteSpans(Writer.Frames, spans);
                Writer.Frames.End(place);
            }

            isLast = Remove(call);
        }

        if (isLast) EndWhenSent(Stopped());
        return true;
    }

    /// <summary>Appends an item and sees to its sending; false where it must wait for room or credit.</summary>
    /// <exception cref="OperationCanceledException">Nobody reads it any more.</exception>
    public bool TrySendItem(ServedCall call, ReadOnlySpan<byte> payload)
    {
        int open;
        lock (Writer.Gate)
        {
            // The implementation may not look at its token.
            if (Broken is not null || call.IsCancelled) throw new CallerLeftException();
            if (MustWait(call)) return false;
            var frames = Writer.Frames;
            var type = call.IsCompact ? CompactName(frames) : null;
            var place = frames.Begin(FrameType.Item, call.Stream);
            WriteType(frames, call, type);
            frames.Bytes(payload);
            var bytes = frames.End(place);
            call.Credit -= bytes;
            _itemCredit -= bytes;
            open = _open.Count;
        }

        Appended(open);
        return true;
    }

    /// <summary>Ends when a reply of so many bytes that had no room may be tried again.</summary>
    public async ValueTask RoomAsync(int bytes = 0)
    {
        Task change;
        lock (Writer.Gate)
        {
            if (Broken is not null || !Writer.IsFull) return;
            change = Writer.ChangeAsync();
            _repliesUnread += bytes;
        }

        await change.ConfigureAwait(false);
        lock (Writer.Gate)
        {
            _repliesUnread -= bytes;
            if (_held.Count == 0 || _repliesUnread >= Settings.Options.ReplyWindowBytes) return;
            Release();
        }

        Ready.CallHelper();
    }
}
