using System.Buffers;
using System.Runtime.CompilerServices;
using Fan.Applications;
using Fan.Conformance.Transports;
using Fan.Generated;
using Fan.Messaging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Fan.Tests.Messaging;

/// <summary>
/// Calls a service as over a wire, without one: arguments are written by the first codec, read by the second one, results by the third and
/// fourth; fewer of them do the rest too.
/// </summary>
internal sealed class CodecChannel(object service, params PayloadCodec[] codecs) : CallChannel
{
    /// <summary>The codecs of an application by the names of what they write, each with its limits.</summary>
    public static PayloadCodec Codec(string form, int maxDepth = 64)
    {
        var limits = new FanLimits { MaxDepth = maxDepth };
        var options = JsonDefaults.Create([], limits);
        return form == "json"
            ? new JsonCodec(options, limits)
            : new CompactCodec(limits, new CompactFitness(options, NullLogger.Instance), new JsonCodec(options, limits));
    }

    public static IMirror Mirror(string form, int maxDepth = 64) => Mirror(new CodecChannel(new Mirror(), Codec(form, maxDepth)));

    public static IMirror Mirror(CallChannel channel) =>
        ((InterfaceContract<IMirror>)new ContractCatalog().For(typeof(IMirror))).CreateClient(channel);

    public override async ValueTask<TResult> CallAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        Codec(0).WriteArguments(request, method, args);
        var reply = new ArrayBufferWriter<byte>();
        Codec(2).WriteResult(reply, method, await method.InvokeAsync(
            service, Codec(1).ReadArguments(new ReadOnlySequence<byte>(request.WrittenMemory), method), cancellationToken));
        return Codec(3).ReadResult(new ReadOnlySequence<byte>(reply.WrittenMemory), method);
    }

    public override async IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        StreamMethod<TArgs, TItem> method, TArgs args, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        Codec(0).WriteArguments(request, method, args);
        await foreach (var item in method.Invoke(
            service, Codec(1).ReadArguments(new ReadOnlySequence<byte>(request.WrittenMemory), method), cancellationToken))
        {
            var bytes = new ArrayBufferWriter<byte>();
            Codec(2).WriteResult(bytes, method, item);
            yield return Codec(3).ReadResult(new ReadOnlySequence<byte>(bytes.WrittenMemory), method);
        }
    }

    private PayloadCodec Codec(int step) => codecs[Math.Min(step, codecs.Length - 1)];
}
