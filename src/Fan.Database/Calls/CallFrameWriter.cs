using System.Threading.Channels;
using Fan.Database.Engines;
using Fan.Messaging;
using Microsoft.Extensions.Logging;

namespace Fan.Database.Calls;

/// <summary>Sends frames in the order in which they are given, many in one transaction. Owns its task. Safe from any thread.</summary>
internal sealed class CallFrameWriter(IDatabase database, long self, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private const int MaxWaiting = 4096;
    private const int MaxTogether = 100;
    private const int MaxBytesTogether = 1024 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly Channel<Sending> _waiting = Channel.CreateBounded<Sending>(
        new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly CancellationTokenSource _closing = new();
    private Task _writing = Task.CompletedTask;

    public void Start()
    {
        using (ExecutionContext.SuppressFlow()) _writing = Task.Run(WriteAsync);
    }

    /// <summary>Sends a frame once; false where its recipient is not there.</summary>
    /// <exception cref="ServiceUnavailableException">Whether it was sent is unknown.</exception>
    public async Task<bool> SendAsync(string service, CallFrame frame, CancellationToken cancellationToken)
    {
        var sending = new Sending(service, frame, new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously));
        if (!await EnqueueAsync(sending, cancellationToken).ConfigureAwait(false))
        {
            throw new ServiceUnavailableException(service, "The application stops.");
        }

        return await sending.Done!.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Sends a frame that may come twice, again and again until the database takes it; ends when it waits among those to be sent.
    /// </summary>
    public async ValueTask PostAsync(string service, CallFrame frame) =>
        await EnqueueAsync(new Sending(service, frame, null), CancellationToken.None).ConfigureAwait(false);

    /// <summary>As <see cref="PostAsync"/>, at once or, where too many wait, not at all.</summary>
    public void TryPost(string service, CallFrame frame) => _waiting.Writer.TryWrite(new Sending(service, frame, null));

    /// <summary>Sends what waits, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _closing.CancelAsync().ConfigureAwait(false);
        await _writing.ConfigureAwait(false);
        _closing.Dispose();
    }

    private async ValueTask<bool> EnqueueAsync(Sending sending, CancellationToken cancellationToken)
    {
        try
        {
            await _waiting.Writer.WriteAsync(sending, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (ChannelClosedException)
        {
            return false;
        }
    }

    private async Task WriteAsync()
    {
        var together = new List<Sending>(MaxTogether);
        while (await _waiting.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            var bytes = 0;
            while (together.Count < MaxTogether && bytes < MaxBytesTogether && _waiting.Reader.TryRead(out var sending))
            {
                together.Add(sending);
                bytes += sending.Frame.Body.Length;
            }

            while (together.Count > 0 && await FailureAsync(together).ConfigureAwait(false) is { } error)
            {
                var isRefused = database.IsAboutScript(error);
                if (!isRefused || error is not ServiceUnavailableException)
                {
                    // A request that may have been sent must not be sent again; all else does no harm.
                    foreach (var (service, _, done) in together)
                    {
                        done?.TrySetException(new ServiceUnavailableException(service, error.Message, error));
                    }

                    together.RemoveAll(sending => sending.Done is not null);
                }

                if (isRefused)
                {
                    await WriteApartAsync(together).ConfigureAwait(false);
                    continue;
                }

                if (_closing.IsCancellationRequested) break;
                await Task.Delay(Pause, clock, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            together.Clear();
        }
    }

    // One that is refused fails its own call; what the database does not answer meanwhile stays.
    private async Task WriteApartAsync(List<Sending> together)
    {
        foreach (var sending in together.ToList())
        {
            if (await FailureAsync([sending]).ConfigureAwait(false) is { } error)
            {
                if (!database.IsAboutScript(error)) return;
                DatabaseCallLog.Refused(logger, sending.Service, error.Message);
                var refused = new ServiceUnavailableException(
                    sending.Service, $"The database refuses what was to be sent: {error.Message}", error);
                sending.Done?.TrySetException(refused);
                // Whoever waits at the far end must not wait for ever.
                if (sending.Frame.Kind is FrameKind.Reply or FrameKind.Item or FrameKind.End)
                {
                    await FailureAsync([sending with { Frame = Failure(sending.Frame, refused) }]).ConfigureAwait(false);
                }
            }

            together.Remove(sending);
        }
    }

    private static CallFrame Failure(CallFrame frame, ServiceUnavailableException error) => new()
    {
        Peer = frame.Peer,
        Call = frame.Call,
        Kind = FrameKind.Error,
        Body = ErrorText.Write(new WireError { Code = ErrorCodes.Unavailable, Service = error.Service, Message = error.Message }),
    };

    // Null where all were written.
    private async Task<Exception?> FailureAsync(List<Sending> together)
    {
        var script = new Script(together[0].Service);
        var statements = new List<Statement>(together.Count);
        foreach (var (_, frame, _) in together)
        {
            statements.Add(script.Add(
                CallStatements.Send,
                frame.Peer,
                self,
                frame.Call,
                (long)frame.Kind,
                frame.Number,
                frame.Method,
                frame.ContentType,
                frame.Headers,
                frame.Body));
            script.RingAtCommit(Channels.OfInstance(frame.Peer));
        }

        try
        {
            await database.RunAsync(script, CancellationToken.None).ConfigureAwait(false);
            for (var i = 0; i < together.Count; i++) together[i].Done?.TrySetResult(statements[i].Affected > 0);
            return null;
        }
        catch (Exception error)
        {
            if (error is not ServiceUnavailableException && !_closing.IsCancellationRequested)
            {
                DatabaseCallLog.Interrupted(logger, error, error.Message);
            }

            return error;
        }
    }

    private sealed record Sending(string Service, CallFrame Frame, TaskCompletionSource<bool>? Done);
}
