using System.Buffers;
using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fan.Messaging;

/// <summary>JSON writers that are used again. Safe from any thread.</summary>
internal sealed class JsonWriterPool(int maxDepth)
{
    private const int MaxKept = 64;

    private readonly JsonWriterOptions _options = new()
    {
        MaxDepth = maxDepth,
        SkipValidation = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping
    };
    private readonly ConcurrentQueue<Utf8JsonWriter> _free = new();
    private int _kept;
    private Utf8JsonWriter? _first;

    public Utf8JsonWriter Rent(IBufferWriter<byte> output)
    {
        var writer = Interlocked.Exchange(ref _first, null);
        if (writer is null)
        {
            if (!_free.TryDequeue(out writer)) return new Utf8JsonWriter(output, _options);
            Interlocked.Decrement(ref _kept);
        }

        writer.Reset(output);
        return writer;
    }

    public void Return(Utf8JsonWriter writer)
    {
        // Lets go of the output, which is in a pool of its own.
        writer.Reset(Stream.Null);
        if (Interlocked.CompareExchange(ref _first, writer, null) is null) return;
        if (Interlocked.Increment(ref _kept) <= MaxKept) _free.Enqueue(writer);
        else Interlocked.Decrement(ref _kept);
    }
}
