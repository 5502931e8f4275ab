using Fan.Coordination;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Tests.Discovery;

public sealed class OwnerTaskTests
{
    public static TheoryData<string> Kinds => ["store", "canceled", "timed out", "disposed", "other"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Any_exception_but_its_own_end_begins_the_work_anew(string kind)
    {
        await using var connection = Open();
        using var stopping = new CancellationTokenSource();
        var attempts = 0;
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = OwnerTask.Run(connection, "a test", TimeProvider.System, NullLogger.Instance, null, FollowAsync, stopping.Token);
        await again.Task.WaitAsync(Fan.Conformance.Eventually.Deadline, TestContext.Current.CancellationToken);
        Assert.False(running.IsCompleted);
        await stopping.CancelAsync();
        await running.WaitAsync(Fan.Conformance.Eventually.Deadline, TestContext.Current.CancellationToken);

        async Task FollowAsync(ICoordinationStore store, RetryPause retry, CancellationToken token)
        {
            if (++attempts == 1)
            {
                throw kind switch
                {
                    "store" => new StoreUnavailableException("planted"),
                    "canceled" => new OperationCanceledException("planted"),
                    "timed out" => new TaskCanceledException("planted", new TimeoutException()),
                    "disposed" => new ObjectDisposedException("planted"),
                    _ => new InvalidDataException("planted"),
                };
            }

            again.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, token);
        }
    }

    [Fact]
    public async Task A_store_that_is_disposed_is_its_end()
    {
        var connection = Open();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = OwnerTask.Run(
            connection,
            "a test",
            TimeProvider.System,
            NullLogger.Instance,
            null,
            async (store, _, token) =>
            {
                begun.TrySetResult();
                while (true) await store.GetAsync("/", token);
            },
            CancellationToken.None);
        await begun.Task.WaitAsync(Fan.Conformance.Eventually.Deadline, TestContext.Current.CancellationToken);
        await connection.DisposeAsync();
        await running.WaitAsync(Fan.Conformance.Eventually.Deadline, TestContext.Current.CancellationToken);
    }

    private static StoreConnection Open() =>
        new(new MemoryCoordinationStore(new MemoryTree()), TimeProvider.System, NullLogger<StoreConnection>.Instance);
}
