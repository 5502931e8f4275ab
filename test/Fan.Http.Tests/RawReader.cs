using System.Text;

namespace Fan.Http.Tests;

/// <summary>Reads HTTP/1.1 messages off a socket, byte for byte.</summary>
internal sealed class RawReader(Stream stream)
{
    private readonly List<byte> _bytes = [];

    /// <summary>The next message; null where the peer closed before its first byte.</summary>
    public async Task<RawRequest?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await ReadUntilAsync("\r\n\r\n", cancellationToken) is not { } head) return null;
        var lines = head.Split("\r\n");
        var headers = lines.Skip(1)
            .Select(line => line.Split(": ", 2))
            .Select(pair => (pair[0], pair.ElementAtOrDefault(1) ?? "")).ToList();
        var message = new RawRequest(lines[0], headers, []);
        if (message["Transfer-Encoding"] == "chunked") return message with { Body = await ReadChunksAsync(cancellationToken) };
        return message["Content-Length"] is { } length
            ? message with { Body = await ReadExactlyAsync(int.Parse(length), cancellationToken) }
            : message;
    }

    private async Task<byte[]> ReadChunksAsync(CancellationToken cancellationToken)
    {
        var body = new List<byte>();
        while (true)
        {
            var size = Convert.ToInt32(await ReadUntilAsync("\r\n", cancellationToken), 16);
            body.AddRange(await ReadExactlyAsync(size, cancellationToken));
            await ReadUntilAsync("\r\n", cancellationToken);
            if (size == 0) return [.. body];
        }
    }

    private async Task<string?> ReadUntilAsync(string end, CancellationToken cancellationToken)
    {
        while (true)
        {
            var text = Encoding.Latin1.GetString([.. _bytes]);
            var at = text.IndexOf(end, StringComparison.Ordinal);
            if (at >= 0)
            {
                _bytes.RemoveRange(0, at + end.Length);
                return Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(text[..at]));
            }

            if (!await FillAsync(cancellationToken)) return _bytes.Count == 0 ? null : throw new IOException("The message broke off.");
        }
    }

    private async Task<byte[]> ReadExactlyAsync(int count, CancellationToken cancellationToken)
    {
        while (_bytes.Count < count)
        {
            if (!await FillAsync(cancellationToken)) throw new IOException("The message broke off.");
        }

        var taken = _bytes.Take(count).ToArray();
        _bytes.RemoveRange(0, count);
        return taken;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var count = await stream.ReadAsync(buffer, cancellationToken);
        _bytes.AddRange(buffer.AsSpan(0, count));
        return count > 0;
    }
}
