using System.Text.Json;
using Fan.Cli;
using Fan.Cli.Output;
using Microsoft.Extensions.Configuration;

namespace Fan.ZooKeeper.Tests.Tool;

/// <summary>One run of the tool within the test, and what came of it.</summary>
internal sealed record ToolRun(int Code, string Out, string Error)
{
    public JsonElement Json => JsonSerializer.Deserialize<JsonElement>(Out);

    public static Task<ToolRun> RunAsync(string store, params string[] args) => RunAsync(store, [], args);

    /// <param name="settings">Keys of the configuration, as <c>Fan:ZooKeeper:User</c>.</param>
    public static async Task<ToolRun> RunAsync(string store, Dictionary<string, string?> settings, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal
        {
            Out = output,
            Error = error,
            In = () => new MemoryStream(),
            Environment = _ => null,
            Settings = () => new ConfigurationBuilder().AddInMemoryCollection(settings).Build(),
        };
        var code = await Cli.Tool.RunAsync(["--store", store, .. args], terminal, TestContext.Current.CancellationToken);
        return new ToolRun(code, output.ToString(), error.ToString());
    }

    public ToolRun Returned(int code)
    {
        Assert.True(Code == code, $"exit code {Code}\n{Out}\n{Error}");
        return this;
    }

    /// <summary>What the checks of that name found, in the form <c>status: detail</c>.</summary>
    public IReadOnlyList<string> Checks(string name) =>
        [.. Json.GetProperty("checks").EnumerateArray()
            .Where(check => check.GetProperty("name").GetString() == name)
            .Select(check => $"{check.GetProperty("status").GetString()}: {check.GetProperty("detail").GetString()}")];
}
