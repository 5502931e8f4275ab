using Fan.Cli.Output;
using Fan.Switching;

namespace Fan.Cli.Changes;

/// <summary>
/// Shows where a change stands on standard error: one line that is written anew on a terminal, a line for each step elsewhere, nothing
/// where it is silent. One flow of control uses it.
/// </summary>
internal sealed class ProgressDisplay(Terminal terminal, bool isSilent, bool withBarrier) : IProgress<ChangeProgress>
{
    private readonly StatusLine _line = new(terminal, isSilent);
    private ChangeProgress? _last;

    /// <summary>The commit as far as it is made; 0 before that.</summary>
    public long Commit => _last?.Commit ?? 0;

    public void Report(ChangeProgress value)
    {
        var isNews = _last is not { } last || last.Stage != value.Stage || (value.Done == value.Of && last.Done != last.Of);
        _last = value;
        if (terminal.ErrorIsTerminal) _line.Show(Text(value));
        else if (isNews) _line.Write(Text(value) + "\n");
    }

    /// <summary>Takes the line away, so that what follows stands alone.</summary>
    public void End() => _line.Clear();

    private string Text(ChangeProgress progress)
    {
        var further = progress.Of - progress.Done > progress.WaitsFor.Count ? ", …" : "";
        var waiting = progress.WaitsFor.Count == 0 ? "" : $"; waiting for {string.Join(", ", progress.WaitsFor)}{further}";
        var count = $"{progress.Done} of {progress.Of} applications";
        return SafeText.Line(progress.Stage switch
        {
            ChangeStage.Preparing when withBarrier => $"preparing: {count} hold their calls{waiting}",
            ChangeStage.Preparing => $"the log begins: {count} follow it{waiting}",
            ChangeStage.Applying => $"commit {progress.Commit} is made: {count} have applied it{waiting}",
            ChangeStage.Draining => $"draining: {count} are done with calls from before{waiting}",
            _ => $"settled: nothing reads what was before commit {progress.Commit}",
        });
    }
}
