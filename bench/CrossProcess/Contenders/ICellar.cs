using Fan;

namespace CrossProcess.Contenders;

/// <summary>The service that Fan calls.</summary>
[Service("bench.cellar")]
public interface ICellar
{
    ValueTask<string> EchoAsync(string text);

    ValueTask<Wine> RecordAsync(Wine wine);
}

internal sealed class Cellar : ICellar
{
    public ValueTask<string> EchoAsync(string text) => new(text);

    public ValueTask<Wine> RecordAsync(Wine wine) => new(wine);
}
