using System.CommandLine;
using System.CommandLine.Completions;
using System.CommandLine.Help;
using Fan.Cli.Commands.Completion;
using Fan.Cli.Commands.Queues;

namespace Fan.Cli.Commands;

/// <summary>The whole command line: a line for each verb.</summary>
internal static class RootTree
{
    public static RootCommand Create(GlobalOptions global)
    {
        var root = new RootCommand("Calls, lists, explains and changes the services of a Fan system.")
        {
            global.Store,
            global.Json,
            global.Verbose,
            new CallCommand(global),
            new BenchCommand(global),
            new ListCommand(global),
            new InfoCommand(global),
            new PushCommand(global),
            new QueueCommands(global),
            new SwitchCommand(global),
            new SplitCommand(global),
            new RevertCommand(global),
            new LogCommand(global),
            new ShowCommand(global),
            new DiffCommand(global),
            new DepsCommand(global),
            new ShardsCommand(global),
            new ShardCommand(global),
            new DoctorCommand(global),
            new CompletionsCommand(global),
        };
        foreach (var option in root.Options)
        {
            if (option is HelpOption help) help.Action = new HelpWithExamples();
            if (option is VersionOption version) version.Action = new VersionAction();
        }

        foreach (var suggest in root.Directives.OfType<SuggestDirective>()) suggest.Action = new SuggestAction();
        root.SetAction(parsed =>
        {
            new HelpWithExamples().Invoke(parsed);
            return ExitCode.Usage;
        });
        return root;
    }
}
