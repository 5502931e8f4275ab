using System.Buffers;
using System.Reflection;
using Fan.Generated;
using Fan.Messaging;

namespace Fan.Meaning.Tests.Routes;

/// <summary>Takes a call's arguments and result through a codec, as caller and service do, and keeps what became of both.</summary>
internal sealed class CodecRoute(PayloadCodec codec, object service) : CallChannel
{
    /// <summary>The arguments in their order, at the service.</summary>
    public Outcome Arguments { get; private set; } = Outcome.None;

    /// <summary>What the service returned for the arguments as they were before they were sent, at the caller.</summary>
    public Outcome Result { get; private set; } = Outcome.None;

    /// <summary>The result of the whole call, there and back.</summary>
    public Outcome Whole { get; private set; } = Outcome.None;

    public override async ValueTask<TResult> CallAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
    {
        byte[] sent = [];
        Arguments = Outcome.Of(
            () => sent = Written(output => codec.WriteArguments(output, method, args)),
            bytes => Parts(codec.ReadArguments(new ReadOnlySequence<byte>(bytes), method))) with
        { Sender = Parts(args) };
        Result = Sent(method, await method.InvokeAsync(service, args, cancellationToken));
        // Read once more, as what arrived is kept as it was and sending may change it.
        Whole = Arguments.Stage == Stage.Arrived
            ? Sent(
                method, await method.InvokeAsync(service, codec.ReadArguments(new ReadOnlySequence<byte>(sent), method), cancellationToken))
            : Arguments;
        return default!;
    }

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) => throw new NotSupportedException();

    private Outcome Sent<TArgs, TResult>(UnaryMethod<TArgs, TResult> method, TResult value)
        where TArgs : struct => Outcome.Of(
            () => Written(output => codec.WriteResult(output, method, value)),
            bytes => codec.ReadResult(new ReadOnlySequence<byte>(bytes), method)) with
        { Sender = value };

    private static object?[] Parts<TArgs>(TArgs args)
        where TArgs : struct =>
        [.. typeof(TArgs).GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Select(field => field.GetValue(args))];

    private static byte[] Written(Action<PayloadBuffer> write)
    {
        using var output = new PayloadBuffer(4 << 20);
        write(output);
        return output.Written.ToArray();
    }
}
