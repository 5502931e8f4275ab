using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Fan.Coordination;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;


namespace Fan.Sqlite;

internal sealed partial class SqliteCoordinationStore
{
    private async Task<T> AskAsync<T>(Func<T> ask, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var state = State;
        ObjectDisposedException.ThrowIf(state == SessionState.Closed, this);
        if (state == SessionState.None) throw new InvalidOperationException("The store is not open.");
        var work = new StoreWork<T>(ask, cancellationToken);
        try
        {
            await _work.Writer.WriteAsync(work, cancellationToken).AsTask().WaitAsync(
                AnswerLimit, _clock, cancellationToken).ConfigureAwait(false);
            return await work.Done.WaitAsync(AnswerLimit, _clock, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw new StoreUnavailableException($"The store '{DisplayName}' gave no answer within {AnswerLimit.TotalSeconds} s.", error);
        }
        catch (ChannelClosedException error)
        {
            throw new ObjectDisposedException("The store was disposed.", error);
        }
    }

    private async Task RunAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
            try
            {
                work.Run();
            }
            catch (SqliteException error)
            {
                _states.Set(SessionState.Disconnected);
                work.Fail(StoreErrors.Explain(_url.FilePath, error));
            }
            catch (Exception error)
            {
                work.Fail(error);
            }
        }
    }

    // What happened while the file could not be read was not seen.
    private void Return()
    {
        _states.Set(SessionState.Connected);
        lock (_gate) _watches.ForEach(watch => watch.Resync());
    }

    // What was removed, replaced or emptied under the processes that have it open would go on in each of them apart from what others see.
    private void RequireFile()
    {
        if (!_file.IsLost) return;
        var since = _clock.GetTimestamp();
        // An attempt touches files, and rings for the next one.
        if (_reopenError is not null && _clock.GetElapsedTime(_reopenFailed, since) < LookInterval / 2)
        {
            throw new StoreUnavailableException(_reopenError);
        }

        if (_reopenError is null) _states.Set(SessionState.Expired);
        try
        {
            Begin(_file.Reopen(), since);
        }
        catch (StoreUnavailableException error)
        {
            _states.Set(SessionState.Disconnected);
            (_reopenFailed, _reopenError) = (since, error.Message);
            throw;
        }

        _reopenError = null;
        SqliteStoreLog.FileReplaced(_logger, _url.FilePath);
        Return();
        throw new StoreUnavailableException(
            $"The store file '{_url.FilePath}' had been removed or replaced; it is open anew, and nothing was written.");
    }

    private T Reading<T>(Func<T> read)
    {
        RequireFile();
        return _file.Reading(read);
    }

    private T Writing<T>(Func<T> write)
    {
        var result = WritingUnseen(write);
        _signal?.Ring();
        return result;
    }

    // What nobody watches wakes nobody: renewals come from every process all the time.
    private T WritingUnseen<T>(Func<T> write)
    {
        RequireFile();
        var result = _file.Writing(write);
        // Only who can write can renew: a read that succeeds does not make the session sound.
        if (State == SessionState.Disconnected) Return();
        return result;
    }
}
