using System.Buffers;
using System.Reflection;
using Fan.Generated;
using Fan.Messaging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Fuzz.Targets;

/// <summary>The compact form, as arguments and as a result of a type that has everything in it.</summary>
internal sealed class CodecTarget : FuzzTarget
{
    private static readonly InterfaceContract<IMixed> Contract =
        (InterfaceContract<IMixed>)typeof(IMixed).Assembly.GetCustomAttributes<GeneratedContractAttribute>().Single(
            attribute => attribute.ServiceType == typeof(IMixed)).Create();

    private readonly CompactCodec _codec = Create();
    private readonly IUnaryMethod _method = (IUnaryMethod)Contract.Methods[0];

    public override string Name => "codec";

    // An object of a few hundred bytes may stand in one byte, and a list makes room for items that do not come.
    public override (long Fixed, long PerByte) MostBytes => (4 << 20, 1024);

    public override IEnumerable<byte[]> Seeds
    {
        get
        {
            foreach (var mixed in (Mixed[])[Mixed.Small, Mixed.Full])
            {
                var channel = new Recorder(_codec);
                _ = Contract.CreateClient(channel).MixAsync(mixed, 3, "text").AsTask();
                yield return [0, .. channel.Arguments];
                yield return [1, .. channel.Result];
            }
        }
    }

    public override string Run(byte[] input)
    {
        if (input.Length == 0) return "empty";
        var payload = new ReadOnlySequence<byte>(input, 1, input.Length - 1);
        try
        {
            if (input[0] % 2 == 0)
            {
                var output = new ArrayBufferWriter<byte>();
                var serving = _method.ServeAsync(new Mixer(), payload, _codec, output, CancellationToken.None);
                // Whatever was read must be written again without an error.
                serving.AsTask().GetAwaiter().GetResult();
                return "served";
            }

            var reader = new Reader(_codec, payload);
            _ = Contract.CreateClient(reader).MixAsync(Mixed.Small, 1, null).AsTask().GetAwaiter().GetResult();
            return "read";
        }
        catch (FanException error) when (error is BadArgumentException or BadMessageException)
        {
            return Shape(error.Message);
        }
    }

    private static CompactCodec Create()
    {
        var limits = new FanLimits();
        var options = JsonDefaults.Create([], limits);
        return new CompactCodec(limits, new CompactFitness(options, NullLogger.Instance), new JsonCodec(options, limits));
    }

    private sealed class Recorder(CompactCodec codec) : CallChannel
    {
        public byte[] Arguments { get; private set; } = [];

        public byte[] Result { get; private set; } = [];

        public override ValueTask<TResult> CallAsync<TArgs, TResult>(
            UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
        {
            var (arguments, result) = (new ArrayBufferWriter<byte>(), new ArrayBufferWriter<byte>());
            codec.WriteArguments(arguments, method, args);
            codec.WriteResult(result, method, method.InvokeAsync(new Mixer(), args, cancellationToken).AsTask().GetAwaiter().GetResult());
            (Arguments, Result) = (arguments.WrittenSpan.ToArray(), result.WrittenSpan.ToArray());
            return new(default(TResult)!);
        }

        public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
            StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) => throw new NotSupportedException();
    }

    private sealed class Reader(CompactCodec codec, ReadOnlySequence<byte> reply) : CallChannel
    {
        public override ValueTask<TResult> CallAsync<TArgs, TResult>(
            UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken) => new(codec.ReadResult(reply, method));

        public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
            StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
