using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Fan.Conformance.Transports;

public sealed class Faults : IFaults
{
    public ValueTask<int> WeighAsync(Crate crate, CancellationToken ct = default) => new(crate.Weight * crate.Count);

    public ValueTask<double> AreaAsync(Shape shape, CancellationToken ct = default) => new(((Circle)shape).Radius);

    public ValueTask<double> AreasAsync(IReadOnlyList<Shape> shapes, CancellationToken ct = default) => new(shapes.Count);

    public ValueTask<Parcel> WrapAsync(Parcel parcel, CancellationToken ct = default) => new(parcel);

    public ValueTask<JsonElement> MirrorAsync(int first, JsonElement value, CancellationToken ct = default) => new(value);

    public async ValueTask ThrowAsync(string how, int length = 0, CancellationToken ct = default) => throw await CreateAsync(how, length);

    public async IAsyncEnumerable<int> ThrowLaterAsync(string how, int length = 0, [EnumeratorCancellation] CancellationToken ct = default)
    {
        yield return 1;
        throw await CreateAsync(how, length);
    }

    public ValueTask<Parcel> SpoilAsync(CancellationToken ct = default) => new(new Parcel { Spoiled = "reply" });

    public async IAsyncEnumerable<Parcel> SpoilLaterAsync([EnumeratorCancellation] CancellationToken ct = default)
    {
        yield return new Parcel { Weight = 1 };
        await Task.Yield();
        yield return new Parcel { Spoiled = "item" };
    }

    public ValueTask<Sack> FillAsync(int weight, CancellationToken ct = default) => new(new Sack { Weight = weight });

    public async IAsyncEnumerable<Sack> FillAllAsync(int weight, [EnumeratorCancellation] CancellationToken ct = default)
    {
        yield return new Sack { Weight = 1 };
        await Task.Yield();
        yield return new Sack { Weight = weight };
    }

    public ValueTask<int> SizeAsync(int größe, CancellationToken ct = default) => new(größe);

    public ValueTask LoadAsync(Crate crate, CancellationToken ct = default) => default;

    private static async Task<Exception> CreateAsync(string how, int length)
    {
        switch (how)
        {
            case "no message": return new HostileException(message: () => null!);
            case "message throws": return new HostileException(message: () => throw new InvalidOperationException("no message"));
            case "text throws":
                return new HostileException(message: () => "sound", text: () => throw new InvalidOperationException("no text"));
            case "long": return new InvalidOperationException(new string('x', length));
            case "long emoji": return new InvalidOperationException("x" + string.Concat(Enumerable.Repeat("😀", length / 2)));
            case "long controls": return new InvalidOperationException(new string('\u0001', length));
            case "half an emoji": return new InvalidOperationException("half \ud83d");
            case "long fault": return new ServiceFaultException(new string('f', length), new string('ž', length));
            case "long lists": return Everything(new string('x', length));
            case "long lists of controls": return Everything(new string('\u0001', length));
            case "long lists of wide characters": return Everything(new string('中', length));
            case "long lists of emoji": return Everything(string.Concat(Enumerable.Repeat("😀", length)));
            default:
                using (var own = new CancellationTokenSource())
                {
                    await own.CancelAsync();
                    try
                    {
                        await Task.Delay(Timeout.Infinite, own.Token);
                    }
                    catch (OperationCanceledException error)
                    {
                        return error;
                    }
                }

                return new InvalidOperationException("unreachable");
        }
    }

    private static NoSuchMethodException Everything(string text) =>
        new(text, text, [.. Enumerable.Repeat(text, 2000)], text) { TraceId = text };

    private sealed class HostileException(Func<string> message, Func<string>? text = null) : Exception
    {
        public override string Message => message();

        public override string? StackTrace => text is null ? base.StackTrace : text();

        public override string ToString() => text is null ? base.ToString() : text();
    }
}
