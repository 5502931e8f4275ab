using System.Collections.Concurrent;
using Fan;
using WineStore.Contracts;

namespace WineStore;

/// <summary>Registers that scan labels without a pause, and remember what they read and what failed.</summary>
internal sealed class Scanning : IAsyncDisposable
{
    private const int Registers = 4;

    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentDictionary<int, int> _scansByDigits = new();
    private readonly ConcurrentQueue<FanException> _failures = new();
    private readonly Task[] _registers;

    public Scanning(ILightspeed lightspeed, int storeId) => _registers = [.. Enumerable.Range(0, Registers).Select(id => Task.Run(() => ScanAsync(lightspeed, storeId, id)))];

    /// <summary>The labels that were read, by the digits of their barcodes.</summary>
    public int Read(int digits) => _scansByDigits.GetValueOrDefault(digits);

    public IReadOnlyCollection<FanException> Failures => _failures;

    /// <summary>Waits until so many more labels with barcodes of so many digits were read.</summary>
    public async Task MoreAsync(int digits, int count, CancellationToken cancellationToken)
    {
        for (var wanted = Read(digits) + count; Read(digits) < wanted && _failures.IsEmpty;) await Task.Delay(5, cancellationToken);
    }

    public async Task StopAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_registers);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _ending.Dispose();
    }

    private async Task ScanAsync(ILightspeed lightspeed, int storeId, int inventoryId)
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                var label = await lightspeed.ScanAsync(storeId, inventoryId);
                _scansByDigits.AddOrUpdate(label.Code.Length, 1, (_, count) => count + 1);
            }
            catch (FanException error)
            {
                _failures.Enqueue(error);
            }
        }
    }
}
