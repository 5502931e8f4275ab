using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fan.Database.Engines.Postgres;

/// <summary>Rings channels after commits, many rings in one statement. Safe from any thread.</summary>
/// <remarks>
/// NOTIFY makes the commits of its transactions wait for each other, so that it does not belong into every one that sends.
/// </remarks>
internal sealed class PostgresBell : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly NpgsqlDataSource _source;
    private readonly int _seconds;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private HashSet<string> _waiting = new(StringComparer.Ordinal);
    private Task _ringing = Task.CompletedTask;

    public PostgresBell(NpgsqlDataSource source, int seconds, TimeProvider clock, ILogger logger) =>
        (_source, _seconds, _clock, _logger) = (source, seconds, clock, logger);

    public void Ring(string channel)
    {
        lock (_gate)
        {
            if (!_waiting.Add(channel) || _waiting.Count > 1 || _stopping.IsCancellationRequested) return;
            using (ExecutionContext.SuppressFlow()) _ringing = RingAfterAsync(_ringing);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task cancelling, ringing;
        lock (_gate)
        {
            cancelling = _stopping.CancelAsync();
            ringing = _ringing;
        }

        await cancelling.ConfigureAwait(false);
        await ringing.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RingAfterAsync(Task before)
    {
        await before.ConfigureAwait(false);
        await Task.Yield();
        HashSet<string> channels;
        lock (_gate) (channels, _waiting) = (_waiting, new HashSet<string>(StringComparer.Ordinal));
        try
        {
            var command = _source.CreateCommand("SELECT pg_notify(channel, '') FROM unnest($1) channel");
            await using var commandEnding = command.ConfigureAwait(false);
            command.CommandTimeout = _seconds;
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. channels] });
            await command.ExecuteNonQueryAsync(_stopping.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Listeners look from time to time.
        }
        catch (Exception error)
        {
            if (!PostgresErrors.IsOfDatabase(error)) PostgresLog.NotHeard(_logger, error, error.Message);
            // The same; and the next ring must not find a server that is away at once again.
            await Task.Delay(Pause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
