using System.Text.Json;

namespace Fan.Cli.Tests;

/// <summary>What a run of the tool ended with.</summary>
internal sealed record ToolResult(int Code, string Out, string Error)
{
    /// <summary>The output, which must be one JSON value.</summary>
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Out);

    /// <summary>The error, which must be one JSON value on one line.</summary>
    public JsonElement ErrorJson =>
        JsonSerializer.Deserialize<JsonElement>(Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)));

    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>That it ended with the code and one line of error that has the text.</summary>
    public void Failed(int code, string text)
    {
        Assert.True(code == Code, $"Ended with {Code} instead of {code}: {Out}{Error}");
        Assert.Equal("", Out);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("fan: ", line, StringComparison.Ordinal);
        Assert.Contains(text, line, StringComparison.Ordinal);
    }

    public ToolResult Succeeded()
    {
        Assert.True(Code == 0, $"Ended with {Code}: {Out}{Error}");
        return this;
    }
}
