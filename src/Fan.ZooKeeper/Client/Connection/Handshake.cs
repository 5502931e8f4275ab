using System.Buffers.Binary;

namespace Fan.ZooKeeper.Client;

/// <summary>The first exchange on a connection: asks for a session, or for going on with one.</summary>
internal static class Handshake
{
    // Protocol version, timeout, session, password, and whether the server is read-only, which old ones leave out.
    private const int LeastBytes = 20;
    private const int MostBytes = 256;

    /// <summary>
    /// Returns what the server granted. One that knows less than <paramref name="lastZxid"/>, the last transaction that the session has
    /// seen, ends the connection.
    /// </summary>
    /// <exception cref="SessionExpiredException">The server does not know the session any more.</exception>
    /// <exception cref="ConnectionEndedException">It did not answer as a serving ZooKeeper server does; the message says how.</exception>
    public static async Task<SessionTicket> ExchangeAsync(
        Stream stream, SessionTicket ticket, long lastZxid, string server, CancellationToken cancellationToken)
    {
        var writer = new FrameWriter(chroot: "");
        writer.BeginFrame();
        writer.Int32(0);
        writer.Int64(lastZxid);
        writer.Int32((int)ticket.Timeout.TotalMilliseconds);
        writer.Int64(ticket.SessionId);
        writer.Buffer(ticket.Password);
        // A server that lost the others and only reads is none that a session can be had from.
        writer.Bool(false);
        writer.EndFrame();
        try
        {
            await stream.WriteAsync(writer.Written, cancellationToken).ConfigureAwait(false);
            var prefix = new byte[4];
            await stream.ReadExactlyAsync(prefix, cancellationToken).ConfigureAwait(false);
            var size = BinaryPrimitives.ReadInt32BigEndian(prefix);
            if (size is < LeastBytes or > MostBytes)
            {
                throw new ConnectionEndedException(
                    $"{server} answered with something that is no ZooKeeper session: is it another kind of server, or does it want TLS?");
            }

            var body = new byte[size];
            await stream.ReadExactlyAsync(body, cancellationToken).ConfigureAwait(false);
            return Read(body);
        }
        catch (MalformedReplyException error)
        {
            throw new ConnectionEndedException($"{server} answered with something that is no ZooKeeper session ({error.Message}).", error);
        }
        catch (EndOfStreamException error)
        {
            throw new ConnectionEndedException(
                $"{server} ended the connection instead of giving a session: it does not serve (no quorum, or read-only), " +
                "or its data is older than what was seen.",
                error);
        }
        catch (IOException error)
        {
            throw new ConnectionEndedException($"{server} broke the connection instead of giving a session: {error.Message}", error);
        }
    }

    private static SessionTicket Read(byte[] body)
    {
        var reader = new JuteReader(body, chroot: "");
        reader.Skip(4);
        var timeout = reader.Int32();
        var session = reader.Int64();
        var password = reader.Buffer();
        if (timeout <= 0) throw new SessionExpiredException();
        return new SessionTicket(session, password, TimeSpan.FromMilliseconds(timeout));
    }
}
