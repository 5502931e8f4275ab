using InProcess;
using InProcess.Contenders;

// What a call within the process costs, beside the call itself and beside peers.
Func<Entry>[] all =
[
    () => new DirectEntry(), () => new DirectActivityEntry(), () => new FanEntry(), () => new FanTracingEntry(),
    () => new MediatorEntry(), () => new WolverineEntry(), () => new OrleansEntry(), () => new ProtoActorEntry(),
];

if (args is ["contender", var name])
{
    var found = all.Select(make => make()).FirstOrDefault(candidate => candidate.Name == name);
    if (found is null) return Wrong($"There is no contender '{name}'; there are {string.Join(", ", all.Select(make => make().Name))}.");
    await using (found) return await ContenderMode.RunAsync(found, Console.In, Console.Out);
}

string? json = null;
var quick = false;
for (var i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--json" when i + 1 < args.Length: json = args[++i]; break;
        case "--quick": quick = true; break;
        default: return Wrong($"'{args[i]}' is not understood. Use --json PATH, --quick, or contender NAME.");
    }
}

var entries = all.Select(make => make()).ToList();
foreach (var entry in entries) await entry.StartAsync();
var rows = await Comparison.RunAsync(entries, quick ? 5 : 41, quick ? 0.002 : 0.02, quick, Console.Error);
Report.WriteTable(rows, Console.Out);
if (json is not null) await Report.WriteJsonAsync(rows, json);
foreach (var entry in entries) await entry.DisposeAsync();
return 0;

static int Wrong(string message)
{
    Console.Error.WriteLine(message);
    return 2;
}
