using System.Text;

namespace Fan.ZooKeeper.Client;

/// <summary>Asks one server about itself with one of ZooKeeper's four-letter words. Needs no session, and no quorum.</summary>
internal static class FourLetterWord
{
    private const int MostBytes = 64 * 1024;

    /// <exception cref="ConnectionEndedException">Nobody answers there; the message says why.</exception>
    public static async Task<string> AskAsync(
        ServerAddress server,
        string word,
        ZooKeeperClientOptions options,
        TimeSpan patience,
        TimeProvider clock,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(patience, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            var stream = await ServerDialer.ConnectAsync(server, options.Tls, both.Token).ConfigureAwait(false);
            await using var closing = stream.ConfigureAwait(false);
            await stream.WriteAsync(Encoding.ASCII.GetBytes(word), both.Token).ConfigureAwait(false);
            var answer = new byte[MostBytes];
            var size = await stream.ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false, both.Token).ConfigureAwait(false);
            return Encoding.UTF8.GetString(answer, 0, size);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ConnectionEndedException($"{server} did not answer '{word}' within {patience.TotalSeconds:0.#} s", error);
        }
        catch (IOException error)
        {
            throw new ConnectionEndedException($"{server} broke the connection: {error.Message}", error);
        }
    }
}
