using System.CommandLine;
using Fan.Cli.Commands;
using Fan.Cli.Commands.Completion;
using Fan.Cli.Errors;
using Fan.Cli.Output;

namespace Fan.Cli;

/// <summary>One run of the tool, from the command line to the exit code.</summary>
internal static class Tool
{
    // "@file" belongs to the arguments of calls.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellationToken)
    {
        var errors = new ErrorReport(terminal);
        try
        {
            var suggestions = await Suggestions.ForAsync(args, terminal, cancellationToken).ConfigureAwait(false);
            var global = new GlobalOptions(terminal, suggestions);
            var parsed = RootTree.Create(global).Parse(args, Parsing);
            errors.AsJson = parsed.GetValue(global.Json);
            errors.IsVerbose = parsed.GetValue(global.Verbose);
            if (parsed.Errors.Count > 0) throw UsageException.Of(parsed);
            var code = await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Out,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null
                },
                cancellationToken).ConfigureAwait(false);
            await terminal.FlushAsync().ConfigureAwait(false);
            return code;
        }
        catch (OutputClosedException error) when (error.ReaderHasGone)
        {
            // The reader has what it wanted, as in "fan ls | head".
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception error)
        {
            return await errors.WriteAsync(error).ConfigureAwait(false);
        }
    }
}
