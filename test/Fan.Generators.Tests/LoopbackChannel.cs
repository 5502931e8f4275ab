using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Fan.Generated;

namespace Fan.Generators.Tests;

/// <summary>Sends every call through JSON, or another form, to a service of this process, as a transport would.</summary>
internal sealed class LoopbackChannel(object service, PayloadCodec? codec = null) : CallChannel
{
    /// <summary>Arguments and results in JSON.</summary>
    public static readonly PayloadCodec Json = new TestCodec();

    private readonly PayloadCodec _codec = codec ?? Json;

    public override async ValueTask<TResult> CallAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        _codec.WriteArguments(request, method, args);
        var reply = new ArrayBufferWriter<byte>();
        await method.ServeAsync(service, new ReadOnlySequence<byte>(request.WrittenMemory), _codec, reply, cancellationToken);
        return _codec.ReadResult(new ReadOnlySequence<byte>(reply.WrittenMemory), method);
    }

    public override async IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        StreamMethod<TArgs, TItem> method, TArgs args, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        _codec.WriteArguments(request, method, args);
        var sink = new Sink();
        await method.ServeAsync(service, new ReadOnlySequence<byte>(request.WrittenMemory), _codec, sink, cancellationToken);
        foreach (var item in sink.Items) yield return _codec.ReadResult(new ReadOnlySequence<byte>(item), method);
    }

    private sealed class Sink : IItemSink
    {
        private ArrayBufferWriter<byte> _output = new();

        public List<byte[]> Items { get; } = [];

        public IBufferWriter<byte> Output => _output;

        public ValueTask ItemWrittenAsync(CancellationToken cancellationToken)
        {
            Items.Add(_output.WrittenSpan.ToArray());
            _output = new();
            return default;
        }
    }

    private sealed class TestCodec : PayloadCodec
    {
        // As an application's are.
        private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
        {
            IncludeFields = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
            NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
        };

        public override string ContentType => "application/json";

        public override void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args)
        {
            using var writer = new Utf8JsonWriter(output);
            method.WriteArguments(writer, args, Options);
        }

        public override TArgs ReadArguments<TArgs>(in ReadOnlySequence<byte> payload, ServiceMethod<TArgs> method)
        {
            var reader = new Utf8JsonReader(payload);
            return method.ReadArguments(ref reader, Options);
        }

        public override void WriteResult<TArgs, TResult>(IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value)
        {
            using var writer = new Utf8JsonWriter(output);
            JsonArguments.WriteValue(writer, value, Options);
        }

        public override TResult ReadResult<TArgs, TResult>(in ReadOnlySequence<byte> payload, ResultMethod<TArgs, TResult> method)
        {
            var reader = new Utf8JsonReader(payload);
            reader.Read();
            return JsonArguments.ReadValue<TResult>(ref reader, Options)!;
        }
    }
}
