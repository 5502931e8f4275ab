using System.Data.Common;
using Fan.Database.Engines;

namespace Fan.Database.Tests.Faults;

/// <summary>A database whose answers get lost: the script is done, and whoever asked is told that it may not be.</summary>
internal sealed class LossyDatabase(IDatabase inner, Func<Script, Exception?> loses) : IDatabase
{
    public string DisplayName => inner.DisplayName;

    public string? Trouble => inner.Trouble;

    public bool TellsChannelsApart => inner.TellsChannelsApart;

    public bool IsAboutStatement(Exception error) => inner.IsAboutStatement(error);

    public async Task RunAsync(Script script, CancellationToken cancellationToken)
    {
        await inner.RunAsync(script, cancellationToken);
        if (loses(script) is { } error) throw error;
    }

    public Task RunWithinAsync(Script script, DbTransaction transaction, CancellationToken cancellationToken) =>
        inner.RunWithinAsync(script, transaction, cancellationToken);

    public Task<DbTransaction> BeginAsync(string service, CancellationToken cancellationToken) =>
        inner.BeginAsync(service, cancellationToken);

    public IDisposable Listen(string channel, Action ring) => inner.Listen(channel, ring);

    public void Ring(string channel) => inner.Ring(channel);

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
