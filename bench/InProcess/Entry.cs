namespace InProcess;

/// <summary>A contender in the table: how it starts, what surrounds its slices, how it ends.</summary>
internal abstract class Entry(string name) : IAsyncDisposable
{
    public string Name => name;

    /// <summary>Whether calls leave the calling thread, so that only the whole process's allocations count.</summary>
    public virtual bool LeavesThread => false;

    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>Before each slice, not measured.</summary>
    public virtual void Enter()
    {
    }

    /// <summary>After each slice, not measured.</summary>
    public virtual void Leave()
    {
    }

    /// <summary>Makes calls one after the other.</summary>
    public abstract Task RunAsync(string operation, int calls);

    /// <summary>Makes one call, without the loop.</summary>
    public abstract Task RunOnceAsync(string operation);

    public abstract ValueTask DisposeAsync();

    protected static Task LoopAsync<T>(T contender, string operation, int calls)
        where T : struct, IContender => operation == "echo" ? EchoAsync(contender, calls) : AddAsync(contender, calls);

    protected static async Task OnceAsync<T>(T contender, string operation)
        where T : struct, IContender
    {
        if (operation == "echo") await contender.EchoAsync("Rkatsiteli 2021");
        else await contender.AddAsync(1, 1);
    }

    private static async Task EchoAsync<T>(T contender, int calls)
        where T : struct, IContender
    {
        const string text = "Rkatsiteli 2021";
        for (var i = 0; i < calls; i++)
        {
            if (await contender.EchoAsync(text) != (object)text) Check(text);
        }
    }

    private static async Task AddAsync<T>(T contender, int calls)
        where T : struct, IContender
    {
        var sum = 0;
        for (var i = 0; i < calls; i++) sum = await contender.AddAsync(sum, 1);
        if (sum != calls) throw new InvalidOperationException($"{calls} additions gave {sum}.");
    }

    // A peer may hand over a copy; it must be an equal one.
    private static void Check(string text) => ArgumentException.ThrowIfNullOrEmpty(text);
}
