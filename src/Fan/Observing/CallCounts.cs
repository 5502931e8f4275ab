using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using Fan.Diagnostics;

namespace Fan.Observing;

/// <summary>Counts the calls that one application makes of some services, from its own metrics. Safe from any thread.</summary>
internal sealed class CallCounts : IDisposable
{
    private readonly FrozenDictionary<string, ServiceCounts> _services;
    private readonly MeterListener _listener = new();

    public CallCounts(FanTelemetry telemetry, IEnumerable<string> services)
    {
        _services = services.Distinct(StringComparer.Ordinal)
            .ToFrozenDictionary(service => service, _ => new ServiceCounts(), StringComparer.Ordinal);
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (telemetry.IsOfCalls(instrument)) listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>(Count);
        _listener.Start();
    }

    public IReadOnlyDictionary<string, ObservedCalls> Read() =>
        _services.ToDictionary(pair => pair.Key, pair => pair.Value.Read(), StringComparer.Ordinal);

    public void Dispose() => _listener.Dispose();

    private void Count(Instrument instrument, double seconds, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        string? service = null, error = null;
        foreach (var (name, value) in tags)
        {
            if (name == "rpc.service") service = value as string;
            else if (name == "error.type") error = value as string;
        }

        // Calls within the process name the contract, with its shard keys.
        if (service?.Contains('[', StringComparison.Ordinal) == true && ServiceName.TryParse(service, out var parsed, out _))
        {
            service = parsed.Canonical;
        }

        if (service is not null && _services.TryGetValue(service, out var counts))
        {
            counts.Add(seconds, error is not (null or ErrorCodes.Fault or ErrorCodes.Cancelled));
        }
    }

    private sealed class ServiceCounts
    {
        private readonly long[] _durations = new long[DurationScale.Steps];
        private long _failed;

        public void Add(double seconds, bool isFailure)
        {
            Interlocked.Increment(ref _durations[DurationScale.StepOf(seconds)]);
            if (isFailure) Interlocked.Increment(ref _failed);
        }

        public ObservedCalls Read()
        {
            var durations = ImmutableSortedDictionary.CreateBuilder<int, long>();
            for (var step = 0; step < _durations.Length; step++)
            {
                if (Volatile.Read(ref _durations[step]) is > 0 and var count) durations[step] = count;
            }

            return new ObservedCalls(Volatile.Read(ref _failed), durations.ToImmutable());
        }
    }
}
