using System.Net;
using System.Net.Sockets;

namespace Fan.Transports;

/// <summary>
/// Opens TCP connections. All addresses of a name are tried, each a moment after the one before, and the first that answers is taken (RFC
/// 8305). Safe from any thread.
/// </summary>
internal static class Dialer
{
    // A name with more is no name of one service.
    private const int MaxAddresses = 16;

    // How long an address may take before the next one is tried beside it.
    private static readonly TimeSpan Head = TimeSpan.FromMilliseconds(250);

    // The system looks by itself whether the other side of a silent connection is there: 3 s + 4 × 1 s.
    private const int KeepAliveSeconds = 3;
    private const int KeepAliveProbes = 4;

    /// <summary>
    /// Connects with a host by name or address, IPv6 with or without brackets. The caller bounds the time, for all addresses together.
    /// </summary>
    /// <exception cref="SocketException">The name has no address, or none of them answered; the reason is the first one's.</exception>
    public static async ValueTask<Socket> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var name = host.StartsWith('[') ? host.Trim('[', ']') : host;
        IPAddress[] addresses = IPAddress.TryParse(name, out var address)
            ? [address]
            : await Dns.GetHostAddressesAsync(name, cancellationToken).ConfigureAwait(false);
        return await ConnectAsync(Order(addresses), port, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Connects with the first of several addresses that answers.</summary>
    /// <exception cref="SocketException">There is none, or none answered; the reason is the first one's.</exception>
    public static async ValueTask<Socket> ConnectAsync(IReadOnlyList<IPAddress> addresses, int port, CancellationToken cancellationToken)
    {
        if (addresses.Count == 0) throw new SocketException((int)SocketError.HostNotFound);
        if (addresses.Count == 1) return await ConnectAsync(addresses[0], port, cancellationToken).ConfigureAwait(false);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var trying = new List<Task<Socket>>();
        Exception? first = null;
        try
        {
            for (var next = 0; next < addresses.Count || trying.Count > 0;)
            {
                Task? head = null;
                if (next < addresses.Count)
                {
                    trying.Add(ConnectAsync(addresses[next++], port, ending.Token));
                    if (next < addresses.Count) head = Task.Delay(Head, TimeProvider.System, ending.Token);
                }

                var ended = await Task.WhenAny(head is null ? trying : trying.Append(head)).ConfigureAwait(false);
                if (ended == head) continue;
                trying.Remove((Task<Socket>)ended);
                try
                {
                    return await ((Task<Socket>)ended).ConfigureAwait(false);
                }
                catch (SocketException error)
                {
                    first ??= error;
                }
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            foreach (var late in trying) _ = DropAsync(late);
        }

        throw first ?? new SocketException((int)SocketError.HostUnreachable);
    }

    // Both families by turns, so that one of them being cut off costs little.
    private static IPAddress[] Order(IPAddress[] addresses)
    {
        if (addresses.Length < 3) return addresses;
        var leading = addresses.Where(address => address.AddressFamily == addresses[0].AddressFamily).ToArray();
        var others = addresses.Except(leading).ToArray();
        return [.. leading.Zip(others).SelectMany(pair => new[] { pair.First, pair.Second })
            .Concat(leading.Skip(others.Length)).Concat(others.Skip(leading.Length)).Take(MaxAddresses)];
    }

    private static async Task<Socket> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 1);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);
            await socket.ConnectAsync(address, port, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // What was slower than the first is not needed, however it ends.
    private static async Task DropAsync(Task<Socket> late)
    {
        await ((Task)late).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (late.IsCompletedSuccessfully) (await late.ConfigureAwait(false)).Dispose();
    }
}
