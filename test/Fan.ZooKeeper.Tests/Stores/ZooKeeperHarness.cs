using System.Globalization;
using Fan.Conformance;
using Fan.Coordination;
using Fan.ZooKeeper.Client;
using Fan.ZooKeeper.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.ZooKeeper.Tests.Stores;

/// <summary>A chroot of its own for each test, and the sessions of this process with it.</summary>
internal sealed class ZooKeeperHarness(ZooKeeperEnsemble ensemble, string session = "30s") : IStoreHarness
{
    private readonly List<ZooKeeperCoordinationStore> _stores = [];

    public string Chroot { get; } = $"/{Guid.NewGuid():N}";

    public string Url => ensemble.Url(Chroot, session);

    // In the form of the URLs of tests: whole seconds.
    public TimeSpan Session => TimeSpan.FromSeconds(int.Parse(session.TrimEnd('s'), CultureInfo.InvariantCulture));

    public ZooKeeperOptions Options { get; } = new();

    async Task<ICoordinationStore> IStoreHarness.OpenAsync() => await OpenAsync();

    public Task<ZooKeeperCoordinationStore> OpenAsync() => OpenAsync(Url);

    public async Task<ZooKeeperCoordinationStore> OpenAsync(string url)
    {
        var store = Create(url, Options);
        lock (_stores) _stores.Add(store);
        await OpenAsync(store);
        return store;
    }

    /// <summary>Opens a store as an application does: again and again, as a machine that is busy with many servers may be slow.</summary>
    public static Task OpenAsync(ZooKeeperCoordinationStore store) => Eventually.TrueAsync(
        async () =>
        {
            try
            {
                await store.OpenAsync();
                return true;
            }
            catch (StoreUnavailableException)
            {
                return false;
            }
        },
        $"{store.DisplayName} opens");

    /// <summary>A store can't be opened, and is told a reason.</summary>
    public static Task FailsToOpenAsync(ZooKeeperCoordinationStore store, string reason) => Eventually.TrueAsync(
        async () => (await Assert.ThrowsAsync<StoreUnavailableException>(() => store.OpenAsync())).Message.Contains(
            reason, StringComparison.Ordinal),
        $"{store.DisplayName} can't be opened: {reason}");

    public static ZooKeeperCoordinationStore Create(string url, ZooKeeperOptions? options = null) => new(
        ZooKeeperStoreProvider.ClientOptions(ZooKeeperStoreUrl.Parse(url), options ?? new ZooKeeperOptions(), NullLogger.Instance),
        TimeProvider.System,
        NullLogger.Instance);

    /// <summary>
    /// Closes the session from a second connection. Its owner tries to go on with it meanwhile, so it may take some turns.
    /// </summary>
    public Task ExpireAsync(ICoordinationStore store) => ExpireAsync(((ZooKeeperCoordinationStore)store).Client.Session);

    public async Task ExpireAsync(Session session)
    {
        var ticket = new SessionTicket(session.Id, session.Password, TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => TryEndAsync(ticket), "the session is forgotten");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores) await store.DisposeAsync();
    }

    private async Task<bool> TryEndAsync(SessionTicket ticket)
    {
        await using var stream = await ServerDialer.ConnectAsync(
            ServerAddress.Parse(ensemble.Servers[0].Address), tls: null, CancellationToken.None);
        try
        {
            await Handshake.ExchangeAsync(stream, ticket, lastZxid: 0, "the server", CancellationToken.None);
            byte[] close = [0, 0, 0, 8, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xf5];
            await stream.WriteAsync(close);
            _ = await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false);
            return false;
        }
        catch (SessionExpiredException)
        {
            return true;
        }
        catch (Exception error) when (error is ConnectionEndedException or IOException)
        {
            return false;
        }
    }
}
