namespace WineStore;

/// <summary>What the command line says.</summary>
internal sealed record StoryOptions
{
    public const string Usage = """
        The options are:
          --once           end after the story, instead of serving until Ctrl-C
          --routes mixed   each service on another transport: ipc, tcp, http and a SQLite database
          --amqp URL       with --routes mixed: RabbitMQ too, e.g. amqp://guest:guest@localhost:5672
          --redis URL      with --routes mixed: Redis too, e.g. redis://localhost:6379
          --store URL      the store in which the services meet; default: FAN_STORE, else the embedded one
          --native DIR     take programs from there that were published as native code
        """;

    private const string Hints = """
          ./fan ls
          ./fan bench lightspeed.ping --duration 5s
          ./fan call 'retail.store[42].stock.deliver' inventory_id=7 bottles=12 --trace
          ./fan switch retail.store.labels=2.0.0 integration_api=3.0.0 -m 'once more'
          ./fan shards retail.store.stock
          ./fan log
        """;

    private const string MixedRoutes = "mixed";

    public bool Once { get; private init; }

    public bool IsMixed { get; private init; }

    public string? Amqp { get; private init; }

    public string? Redis { get; private init; }

    public string? Store { get; private init; }

    public string? Native { get; private init; }

    /// <summary>What to try while it serves.</summary>
    public static string Serving(StoryOptions options) =>
        $"Serving until Ctrl-C. In another terminal:\n{(options.Store is { } store ? $"  export FAN_STORE='{store}'\n" : "")}{Hints}";

    /// <summary>Null where it is not understood; <paramref name="wrong"/> says why.</summary>
    public static StoryOptions? Parse(string[] args, out string wrong)
    {
        var options = new StoryOptions();
        for (var i = 0; i < args.Length; i++)
        {
            var value = i + 1 < args.Length ? args[i + 1] : null;
            var read = (args[i], value) switch
            {
                ("--once", _) => options with { Once = true },
                ("--routes", MixedRoutes) => options with { IsMixed = true },
                ("--amqp", not null) => options with { Amqp = value },
                ("--redis", not null) => options with { Redis = value },
                ("--store", not null) => options with { Store = value },
                ("--native", not null) => options with { Native = value },
                _ => null,
            };
            if (read is null)
            {
                wrong = $"'{(args[i] == "--routes" ? $"--routes {value}" : args[i])}' is not understood. {Usage}";
                return null;
            }

            if (args[i] != "--once") i++;
            options = read;
        }

        wrong = options switch
        {
            { IsMixed: false, Amqp: not null } or { IsMixed: false, Redis: not null } => "--amqp and --redis need --routes mixed.",
            { IsMixed: true, Native: not null } =>
                "--native and --routes mixed exclude each other: the native programs have no route over a database or a broker.",
            { Native: { } folder } when !Directory.Exists(folder) =>
                $"There is no folder '{folder}'; make it with: dotnet publish samples/WineStore.LightspeedSync -c Release " +
                $"-p:Native=true -o {folder}",
            _ => "",
        };
        return wrong.Length == 0 ? options : null;
    }
}
