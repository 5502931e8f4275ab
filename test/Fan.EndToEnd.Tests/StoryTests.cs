using Fan.Conformance;

namespace Fan.EndToEnd.Tests;

/// <summary>The sample, as its readers start it.</summary>
public sealed class StoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("fan-story-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_story_is_played_over_four_processes_and_its_trace_is_one_tree()
    {
        using var story = ChildProcess.Start("WineStore", "--once", "--store", $"sqlite:{_folder}/fan.db");
        var told = await story.ReadToEndAsync();
        Assert.True(await story.ExitAsync() == 0, await story.ReadErrorsAsync());
        Assert.Contains("clear the barcodes, here and at the integrations: ClearedBarcodes { StoreId = 42, Barcodes = 3, SyncEvery = 5m }", told, StringComparison.Ordinal);
        Assert.Contains("until both groups have handled it: RegisterState { SyncEvery = 5m, Journal = 1 }", told, StringComparison.Ordinal);
        var tree = told[told.IndexOf("lightspeed/barcode_sync_clear (WineStore, calls)", StringComparison.Ordinal)..];
        Assert.Matches(@"^lightspeed/barcode_sync_clear \(WineStore, calls\).*\n    lightspeed/barcode_sync_clear \(LightspeedSync, serves\).*\n      integration_api/barcode_sync_clear \(LightspeedSync, calls\).*\n        integration_api/barcode_sync_clear \(Integrations, serves\)", tree);
    }

    [Theory]
    [InlineData("'--twice' is not understood", "--twice")]
    [InlineData("Stores of kind 'zebra:' are not known", "--once", "--store", "zebra:x")]
    [InlineData("There is no folder", "--once", "--native", "nowhere")]
    public async Task What_it_does_not_understand_is_one_line_and_a_failure(string line, params string[] arguments)
    {
        using var story = ChildProcess.Start("WineStore", arguments);
        Assert.Contains(line, (await story.ReadErrorsAsync()).Split('\n')[0], StringComparison.Ordinal);
        Assert.NotEqual(0, await story.ExitAsync());
    }
}
