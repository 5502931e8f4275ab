using Microsoft.Extensions.Logging;
using Npgsql;

namespace Fan.Database.Engines.Postgres;

/// <summary>
/// One connection that hears all channels; opened when the first is listened to, and again after it broke. Safe from any thread.
/// </summary>
internal sealed class PostgresListener : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly NpgsqlDataSource _source;
    private readonly int _seconds;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ListenerTable _table = new();
    private CancellationTokenSource _changed = new();
    private Task? _listening;

    public PostgresListener(NpgsqlDataSource source, int seconds, TimeProvider clock, ILogger logger) =>
        (_source, _seconds, _clock, _logger) = (source, seconds, clock, logger);

    public IDisposable Listen(string channel, Action ring)
    {
        var entry = _table.Add(channel, ring);
        lock (_gate)
        {
            if (_listening is null && !_stopping.IsCancellationRequested)
            {
                using (ExecutionContext.SuppressFlow()) _listening = Task.Run(RunAsync);
            }

            _changed.Cancel();
        }

        return entry;
    }

    public async ValueTask DisposeAsync()
    {
        Task cancelling;
        Task? listening;
        lock (_gate)
        {
            cancelling = _stopping.CancelAsync();
            listening = _listening;
        }

        await cancelling.ConfigureAwait(false);
        if (listening is not null) await listening.ConfigureAwait(false);
        _changed.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                await ListenAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                if (!PostgresErrors.IsOfDatabase(error)) PostgresLog.NotHeard(_logger, error, error.Message);
                // Whatever it is, everybody looks from time to time, and listens again after a pause.
                await Task.Delay(Pause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync()
    {
        var connection = await _source.OpenConnectionAsync(_stopping.Token).ConfigureAwait(false);
        await using var connectionEnding = connection.ConfigureAwait(false);
        connection.Notification += (_, notification) => _table.Ring(notification.Channel);
        var heard = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            CancellationToken changed;
            lock (_gate)
            {
                if (_changed.IsCancellationRequested)
                {
                    _changed.Dispose();
                    _changed = new CancellationTokenSource();
                }

                changed = _changed.Token;
            }

            await FollowAsync(connection, heard).ConfigureAwait(false);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(changed, _stopping.Token);
            try
            {
                while (true)
                {
                    // Silence is no news, unless the server has gone without a word.
                    if (!await connection.WaitAsync(TimeSpan.FromSeconds(_seconds), either.Token).ConfigureAwait(false))
                    {
                        await ExecuteAsync(connection, "SELECT 1").ConfigureAwait(false);
                    }
                }
            }
            catch (OperationCanceledException) when (changed.IsCancellationRequested && !_stopping.IsCancellationRequested)
            {
                // Somebody listens to another channel.
            }
        }
    }

    private async Task FollowAsync(NpgsqlConnection connection, HashSet<string> heard)
    {
        var wanted = _table.Channels;
        foreach (var channel in wanted.Where(heard.Add).ToList())
        {
            // Channels are hashes or numbers: nothing in them needs quotes, but the upper case that there is not.
            await ExecuteAsync(connection, $"LISTEN \"{channel}\"").ConfigureAwait(false);
            // What came before was not heard.
            _table.Ring(channel);
        }

        foreach (var channel in heard.Except(wanted).ToList())
        {
            heard.Remove(channel);
            await ExecuteAsync(connection, $"UNLISTEN \"{channel}\"").ConfigureAwait(false);
        }
    }

    private async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
#pragma warning disable CA2100 // Nothing in it comes from outside.
        var command = new NpgsqlCommand(sql, connection) { CommandTimeout = _seconds };
#pragma warning restore CA2100
        await using var commandEnding = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(_stopping.Token).ConfigureAwait(false);
    }
}
