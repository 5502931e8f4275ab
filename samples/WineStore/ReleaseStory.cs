using System.Text.Json;
using Fan;
using Fan.Switching;
using WineStore.Contracts;

namespace WineStore;

/// <summary>
/// The story of a release: labels get longer barcodes, which the registers must read from the very same call on, and nobody closes the
/// store for it.
/// </summary>
internal sealed class ReleaseStory(IFan fan, ISystemChanges changes, TextWriter output)
{
    private const int StoreId = 42;
    private const int ScansOfEach = 200;
    private const string Labels = "retail.store.labels";
    private const string Integrations = "integration_api";

    private static readonly ChangeOptions Author = new() { Author = "story" };

    /// <summary>All calls to the releases of today, so that those of tomorrow can start beside them.</summary>
    public async Task PinAsync(CancellationToken cancellationToken)
    {
        output.WriteLine("A new release, while the registers scan:");
        await ChangeAsync("calls stay with today's releases", token => changes.ChangeAsync(
            [Only(Labels, "1.4.0", "2.0.0"), Only(Integrations, "2.0.0", "3.0.0")],
            Author with { Reason = "The next releases come." },
            cancellationToken: token), cancellationToken);
    }

    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        output.WriteLine(
            $"  both releases of the labels run, and callers may ask for one: 1.x prints {await BarcodeAsync("^1", cancellationToken)}, " +
            $"2.x {await BarcodeAsync("^2", cancellationToken)}");
        var lightspeed = fan.Get<ILightspeed>();
        // Counted by the digits of the barcodes.
        await using var scanning = new Registers<int>(async wine => (await lightspeed.ScanAsync(StoreId, wine)).Code.Length);
        await scanning.MoreAsync(8, ScansOfEach, cancellationToken);
        var change = await ChangeAsync("both services, in one commit", token => changes.ChangeAsync(
            [RouteChange.To(Labels, "2.0.0"), RouteChange.To(Integrations, "3.0.0")],
            Author with { Reason = "Barcodes of 13 digits." },
            cancellationToken: token), cancellationToken);
        await scanning.MoreAsync(13, ScansOfEach, cancellationToken);
        await ChangeAsync(
            "the customers want their old barcodes",
            token => changes.RevertAsync(change.Commit.Number, Author, cancellationToken: token),
            cancellationToken);
        await scanning.MoreAsync(8, ScansOfEach, cancellationToken);
        await scanning.StopAsync();

        output.WriteLine(
            $"  labels scanned: {scanning.CountOf(8)} of 8 digits, {scanning.CountOf(13)} of 13; failed calls: {scanning.Failures.Count}");
        output.WriteLine();
        if (scanning.Failures.FirstOrDefault() is { } failure)
        {
            throw new StoryException($"A scan ended with {failure.Code}: {failure.Message}");
        }
    }

    // The next one has no share, and is there for callers that take no other.
    private static RouteChange Only(string service, string version, string next) =>
        new() { Service = service, Versions = new Dictionary<string, int> { [version] = 100, [next] = 0 } };

    private ValueTask<string> BarcodeAsync(string range, CancellationToken cancellationToken) => fan.CallAsync<string>(
        $"retail.store[{StoreId}].labels.barcode",
        JsonSerializer.SerializeToElement(new { inventory_id = 7 }),
        new CallOptions { Version = range },
        cancellationToken);

    private async Task<ChangeReport> ChangeAsync(
        string what, Func<CancellationToken, Task<ChangeReport>> change, CancellationToken cancellationToken)
    {
        var report = await change(cancellationToken);
        output.WriteLine(
            $"  {what}: commit {report.Commit.Number}, applied by {report.Applications} applications in " +
            $"{report.Applied.TotalMilliseconds:0} ms");
        return report;
    }
}
