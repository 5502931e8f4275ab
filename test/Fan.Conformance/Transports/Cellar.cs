using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Fan.Conformance.Transports;

/// <summary>The service behind the tests, and what it saw.</summary>
public sealed class Cellar : ICellar
{
    private TaskCompletionSource _waiting = Source();
    private TaskCompletionSource _ended = Source();
    private readonly TaskCompletionSource _hurrying = Source();
    private int _produced;
    private int _touched;
    private int _calls;

    public List<int> Restocked { get; } = [];

    /// <summary>Ends when a call has begun to wait.</summary>
    public Task Waiting => _waiting.Task;

    /// <summary>Ends when a call has begun to hurry.</summary>
    public Task Hurrying => _hurrying.Task;

    /// <summary>Ends when the work of a call that waits or yields has ended, however it did.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Lets the calls go on that wait.</summary>
    public TaskCompletionSource Release { get; } = Source();

    public int Produced => Volatile.Read(ref _produced);

    public int Touched => Volatile.Read(ref _touched);

    public int Calls => Volatile.Read(ref _calls);

    public CallContext? Seen { get; private set; }

    public TimeSpan? Remaining { get; private set; }

    public string? Span { get; private set; }

    public string? ParentSpan { get; private set; }

    public void Reset()
    {
        _waiting = Source();
        _ended = Source();
    }

    public ValueTask<Wine> GetAsync(int id, CancellationToken ct = default)
    {
        Observe();
        return new(new Wine(id, "Rkatsiteli", 12.5m));
    }

    public Task<string> EchoAsync(string text, CancellationToken ct = default)
    {
        Interlocked.Increment(ref _calls);
        return Task.FromResult(text);
    }

    public ValueTask<Reflection> ReflectAsync(
        WineFilter filter,
        Colour? colour = null,
        long? most = null,
        string? text = "none",
        double weight = 1.5,
        bool flag = true,
        byte[]? bytes = null,
        Guid id = default,
        CancellationToken ct = default) => new(new Reflection(filter, colour, most, text, weight, flag, bytes, id));

    public ValueTask FailAsync(string how, CancellationToken ct = default) => throw Failures.Create(how);

    public async ValueTask WaitAsync(CancellationToken ct = default)
    {
        Observe();
        _waiting.TrySetResult();
        try
        {
            await Release.Task.WaitAsync(ct);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    public async IAsyncEnumerable<int> CountAsync(int to, int failAt = -1, [EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            for (var i = 1; i <= to; i++)
            {
                if (i == failAt) throw new ServiceFaultException("enough", "failed at " + i);
                await Task.Yield();
                yield return i;
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    public async IAsyncEnumerable<string> BlocksAsync(int count, int size, [EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            var block = new string('x', size);
            for (var i = 0; i < count; i++)
            {
                Interlocked.Increment(ref _produced);
                yield return block;
                await Task.Yield();
            }
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    public async IAsyncEnumerable<int> DripAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        try
        {
            Interlocked.Increment(ref _calls);
            yield return 1;
            _waiting.TrySetResult();
            await Release.Task.WaitAsync(ct);
            yield return 2;
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    public ValueTask RestockAsync(int id, CancellationToken ct = default)
    {
        lock (Restocked) Restocked.Add(id);
        return default;
    }

    public int Add(int left, int right) => left + right;

    public void Touch() => Interlocked.Increment(ref _touched);

    public ValueTask<string?> NothingAsync(CancellationToken ct = default) => new((string?)null);

    public ValueTask<string> TextOfAsync(int length, CancellationToken ct = default) => new(new string('x', length));

    public ValueTask<FileContent> StampAsync(FileContent file, CancellationToken ct = default) =>
        new(file with { FileName = "stamped " + file.FileName });

    public async ValueTask HurryAsync(CancellationToken ct = default)
    {
        Observe();
        _hurrying.TrySetResult();
        try
        {
            await Task.Delay(Timeout.Infinite, ct);
        }
        finally
        {
            _ended.TrySetResult();
        }
    }

    private static TaskCompletionSource Source() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Observe()
    {
        Interlocked.Increment(ref _calls);
        Seen = CallContext.Current;
        Remaining = CallContext.Current.Remaining;
        Span = Activity.Current?.SpanId.ToHexString();
        ParentSpan = Activity.Current?.ParentSpanId.ToHexString();
    }
}

public sealed class Till : ITill
{
    public ValueTask<string> NameAsync(CancellationToken ct = default) =>
        new("till of shop " + string.Join('|', CallContext.Current.ShardKeys));
}

public sealed class Front(IFan fan) : IFront
{
    public ValueTask<Wine> AskAsync(int id, CancellationToken ct = default) => fan.Get<ICellar>().GetAsync(id, ct);

    public ValueTask WaitAsync(CancellationToken ct = default) => fan.Get<ICellar>().WaitAsync(ct);
}
