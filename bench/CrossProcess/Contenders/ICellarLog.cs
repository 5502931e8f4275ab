using Fan;

namespace CrossProcess.Contenders;

/// <summary>The service that Fan pushes to. Its queue exists, and nobody takes from it while pushes are measured.</summary>
[Service("bench.log")]
public interface ICellarLog
{
    [Push]
    ValueTask NoteAsync(string text);
}

internal sealed class CellarLog : ICellarLog
{
    public ValueTask NoteAsync(string text) => default;
}
