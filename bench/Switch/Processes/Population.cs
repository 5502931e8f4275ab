using SwitchBench.Servers;

namespace SwitchBench.Processes;

/// <summary>The processes of a run: services in two versions, desks that call them, and applications that call the desks.</summary>
internal sealed class Population(Options options, Surroundings surroundings) : IAsyncDisposable
{
    private const int LeastPerProcess = 50;

    // Of one route. More would be a test of the machine's memory.
    private const int MostProcesses = 4;
    private const double MaxCallsPerApplication = 100;

    public List<Child> Services { get; } = [];

    public List<Child> Callers { get; } = [];

    public IEnumerable<Child> All => Services.Concat(Callers);

    private bool CanCut => options.Faults.Contains("cut");

    public async Task StartAsync()
    {
        // Two of each: one may be killed. A desk for each route, which calls over that one.
        var desks = Enumerable.Range(0, Math.Max(2, options.Routes.Count)).Select(i => $"desk:{options.Routes[i % options.Routes.Count]}");
        foreach (var what in (string[])["1.0.0", "1.0.0", "2.0.0", "2.0.0", .. desks]) Services.Add(await ServeAsync(what));
        await StartCallersAsync();
    }

    public Task<Child> ServeAsync(string what) =>
        Child.StartAsync("serve", what, Links.Create(surroundings, options.Routes, CanCut, serves: true));

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(Callers.Select(caller => caller.DisposeAsync().AsTask()));
        Services.ForEach(service => service.EndInput());
        await Task.WhenAll(Services.Select(service => service.DisposeAsync().AsTask()));
    }

    private async Task StartCallersAsync()
    {
        var rate = Math.Min(MaxCallsPerApplication, options.Rate / options.Applications);
        var perProcess = options.Applications <= 1000 ? LeastPerProcess : options.Applications / MostProcesses;
        for (var started = 0; started < options.Applications; started += perProcess)
        {
            var count = Math.Min(perProcess, options.Applications - started);
            // By turns over the routes, so that each carries call trees.
            var perRoute = options.Routes
                .Select((route, i) => (route, Count: (count + options.Routes.Count - 1 - i) / options.Routes.Count))
                .Where(part => part.Count > 0);
            foreach (var (route, some) in perRoute)
            {
                Callers.Add(await Child.StartAsync(
                    "call",
                    $"caller-{started}-{route}",
                    Links.Create(surroundings, [route], CanCut, serves: false),
                    $"{some}",
                    FormattableString.Invariant($"{rate}")));
            }
        }
    }
}
