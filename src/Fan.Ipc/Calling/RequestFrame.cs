using Fan.Ipc.Wire;
using Fan.Transports;

namespace Fan.Ipc.Calling;

/// <summary>A request as the connection writes it.</summary>
internal static class RequestFrame
{
    public const byte IsSequence = 1;

    /// <summary>Appends a request, and the names that it refers to before it; returns its bytes.</summary>
    public static int Write(FrameBuffer output, SentNames names, uint stream, byte flags, OutgoingCall call, string application)
    {
        var method = names.Method(output, call.Service, call.Method);
        var range = call.Headers.VersionRange is { } text ? names.Text(output, text) : null;
        var isJson = string.Equals(call.ContentType, "application/json", StringComparison.Ordinal);
        var contentType = isJson ? null : names.Text(output, call.ContentType);
        var place = output.Begin(FrameType.Request, stream);
        output.Byte(flags);
        if (method is { } known) output.NameReference(known);
        else output.Text($"{call.Service}/{call.Method}");
        output.Number(call.Headers.TimeToLive is { } left ? (ulong)Math.Max(0, left.Ticks / TimeSpan.TicksPerMicrosecond) + 1 : 0);
        if (contentType is { } type) output.NameReference(type);
        else output.Text(isJson ? "" : call.ContentType);
        HeaderBlock.Write(output, call.Headers, range, application);
        output.Bytes(call.Payload.Span);
        return output.End(place);
    }
}
