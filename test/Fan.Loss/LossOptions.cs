using System.Globalization;
using Fan.Loss.Faults;

namespace Fan.Loss;

/// <summary>What a run is to do.</summary>
internal sealed record LossOptions
{
    public const string Usage = """
        --route amqp|redis|postgres|sqlite   the durable route (needed)
        --messages N                         pushes that are accepted in all, 100000
        --producers N --consumers N          processes of each kind, 3 and 3
        --in-flight N                        pushes of one producer on their way at once, 64
        --faults N                           how often something is killed, deleted or in need, in turn, 30
        --kinds A,B…                         what is done, all that can be done to the route: consumer, producer, broker (killed),
                                             delete (its queues), alarm (of its memory),
                                             texts, hang, consumer-timeout (what some pushes bring along)
        --patience SECONDS                   without progress, until what is missing is taken for lost, 60
        --plant                              consumers lose a push of each producer, which must be found
        --json PATH                          where to write the report
        """;

    public required string Route { get; init; }

    public int Messages { get; init; } = 100_000;

    public int Producers { get; init; } = 3;

    public int Consumers { get; init; } = 3;

    public int InFlight { get; init; } = 64;

    /// <summary>They are spread over the run by what was accepted, so that a slow machine and a fast one have as many.</summary>
    public int Faults { get; init; } = 30;

    /// <summary>Of <see cref="FaultKind"/>; empty for all that can be done to the route.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    public bool Plants { get; init; }

    public string? Json { get; init; }

    /// <summary>Below the output of the build; runs at the same time in one process have one each.</summary>
    public string Folder { get; init; } = "loss";

    /// <summary>What is done in this run.</summary>
    public IReadOnlySet<string> KindsInForce => (Kinds.Count > 0 ? Kinds : FaultKind.Of(Route)).ToHashSet(StringComparer.Ordinal);

    /// <summary>Reads a command line; null where it is not understood.</summary>
    public static LossOptions? Parse(IReadOnlyList<string> args, out string? problem)
    {
        problem = null;
        var options = new LossOptions { Route = "" };
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] == "--plant")
            {
                options = options with { Plants = true };
                continue;
            }

            var value = i + 1 < args.Count ? args[i + 1] : "";
            var number = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var read) ? read : -1;
            LossOptions? next = args[i] switch
            {
                "--route" when LossRoutes.Names.Contains(value) => options with { Route = value },
                "--messages" when number > 0 => options with { Messages = number },
                "--producers" when number > 0 => options with { Producers = number },
                "--consumers" when number > 0 => options with { Consumers = number },
                "--in-flight" when number > 0 => options with { InFlight = number },
                "--faults" when number >= 0 => options with { Faults = number },
                "--kinds" when value.Split(',') is var kinds
                    && kinds.All(kind => FaultKind.Events.Concat(FaultKind.Traits).Contains(kind)) => options with { Kinds = kinds },
                "--patience" when number > 0 => options with { Patience = TimeSpan.FromSeconds(number) },
                "--json" when value.Length > 0 => options with { Json = value },
                _ => null,
            };
            if (next is null)
            {
                problem = $"'{args[i]} {value}' is not understood here.";
                return null;
            }

            options = next;
            i++;
        }

        if (options.Route.Length == 0)
        {
            problem = "--route is missing.";
            return null;
        }

        if (options.Kinds.Except(FaultKind.Of(options.Route)).FirstOrDefault() is not { } impossible) return options;
        problem = $"'{impossible}' can't be done to {options.Route}; there are {string.Join(", ", FaultKind.Of(options.Route))}.";
        return null;
    }
}
