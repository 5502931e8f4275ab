using System.Text.Json;
using Fan.Cli.Commands;
using Fan.Cli.Output;
using Fan.Commits;
using Fan.Coordination;
using Fan.Messaging;
using Fan.Switching;
using Fan.Tree;
using Microsoft.Extensions.Options;

namespace Fan.Cli.Errors;

/// <summary>
/// Tells an error: one line that says what to do, or a JSON object, on standard error; and the exit code that goes with it.
/// </summary>
internal sealed class ErrorReport(Terminal terminal)
{
    private const int MaxLine = 4000;

    public bool AsJson { get; set; }

    public bool IsVerbose { get; set; }

    public async Task<int> WriteAsync(Exception error)
    {
        var told = Describe(error);
        try
        {
            // What was printed before belongs before the error.
            if (error is not OutputClosedException) await terminal.FlushAsync().ConfigureAwait(false);
            if (AsJson) JsonPrinter.WriteLine(terminal.Error, JsonSerializer.SerializeToElement(told, ToldErrorJson.Default.ToldError));
            else WriteText(told, error);
            await terminal.Error.FlushAsync().ConfigureAwait(false);
        }
        catch (OutputClosedException)
        {
            // Nobody is there to be told; the exit code tells.
        }

        return CodeOf(error);
    }

    public static int CodeOf(Exception error) => error switch
    {
        UsageException => ExitCode.Usage,
        // Paths, version ranges, store URLs and settings are read by the library.
        FormatException or OptionsValidationException => ExitCode.Usage,
        // The store is there, and what stands in it is wrong.
        MalformedNodeException => ExitCode.Failed,
        StoreException or ServiceUnavailableException or CircuitOpenException => ExitCode.NotReachable,
        _ => ExitCode.Failed,
    };

    private void WriteText(ToldError told, Exception error)
    {
        var text = SafeText.Line(told.Message, MaxLine);
        var hint = told.Hint is null ? "" : " " + SafeText.Line(told.Hint, MaxLine);
        var code = terminal.ErrorColours.Faint($"[{SafeText.Line(told.Code, 64)}]");
        if (told.Reasons is { Count: > 1 })
        {
            terminal.Error.WriteLine($"{terminal.ErrorColours.Error("fan:")} {text}");
            foreach (var reason in told.Reasons) terminal.Error.WriteLine("  - " + SafeText.Line(reason, MaxLine));
            terminal.Error.WriteLine($"{hint.TrimStart()} {code}".TrimStart());
        }
        else
        {
            terminal.Error.WriteLine($"{terminal.ErrorColours.Error("fan:")} {text}{hint} {code}");
        }

        if (!IsVerbose) return;
        if (told.TraceId is not null) terminal.Error.WriteLine("trace id: " + SafeText.Line(told.TraceId, 64));
        if (error is RemoteFailureException { Body: { } body }) terminal.Error.WriteLine("reply: " + SafeText.Line(body, MaxLine));
        terminal.Error.WriteLine(SafeText.Lines(error.ToString()));
    }

    private static string Summary(CommitRefusedException refused) =>
        refused.Reasons is [var only] ? only : $"{refused.Reasons.Count} reasons speak against it:";

    private static ToldError Describe(Exception error) => error switch
    {
        UsageException or FormatException or OptionsValidationException => new ToldError { Code = "usage", Message = error.Message },
        MalformedNodeException malformed => new ToldError
        {
            Code = "malformed",
            Message = error.Message,
            Hint = "Fan has not written it: look who did, and remove it or put back what was there.",
            Place = malformed.Path
        },
        StoreException => new ToldError { Code = "store_unavailable", Message = error.Message, Hint = Hints.Of(error) },
        FanException or OperationCanceledException => ToldError.From(WireError.From(error), Hints.Of(error)),
        OutputClosedException => new ToldError { Code = "output", Message = error.Message },
        ToolException known => new ToldError { Code = known.Code, Message = error.Message, Hint = Hints.Of(error) },
        CommitRefusedException refused =>
            new ToldError { Code = "refused", Message = Summary(refused), Hint = Hints.Of(error), Reasons = refused.Reasons },
        CommitConflictException conflict =>
            new ToldError { Code = "conflict", Message = error.Message, Hint = Hints.Of(error), Place = conflict.Path },
        ChangeUnappliedException unapplied => new ToldError
        {
            Code = "unapplied",
            Message = error.Message,
            Hint = Hints.Of(error),
            Commit = unapplied.Commit.Number,
            WaitsFor = unapplied.WaitsFor
        },
        _ => new ToldError
        {
            Code = "unexpected",
            Message = $"Unexpected {error.GetType().Name}: {error.Message}",
            Hint = "Run it again with --verbose for the details."
        },
    };
}
