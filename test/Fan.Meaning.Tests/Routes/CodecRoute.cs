using System.Buffers;
using System.Reflection;
using Fan.Generated;
using Fan.Messaging;

namespace Fan.Meaning.Tests.Routes;

/// <summary>Takes a call's arguments and result through a codec, as caller and service do, and keeps what became of both.</summary>
internal sealed class CodecRoute(PayloadCodec codec, object service) : CallChannel
{
    /// <summary>The arguments, in their order.</summary>
    public Outcome? Arguments { get; private set; }

    public Outcome? Result { get; private set; }

    /// <summary>Whether the codec carries it at all.</summary>
    public bool IsTaken { get; private set; }

    public override async ValueTask<TResult> CallAsync<TArgs, TResult>(UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
    {
        IsTaken = codec is not CompactCodec || method.IsCompact;
        if (!IsTaken) return default!;
        Arguments = Outcome.Of(
            () => Written(output => codec.WriteArguments(output, method, args)),
            bytes => Parts(codec.ReadArguments(new ReadOnlySequence<byte>(bytes), method)));
        Arguments = Arguments with { Sender = Parts(args) };
        var value = await method.InvokeAsync(service, args, cancellationToken);
        Result = Outcome.Of(
            () => Written(output => codec.WriteResult(output, method, value)),
            bytes => codec.ReadResult(new ReadOnlySequence<byte>(bytes), method));
        return default!;
    }

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static object?[] Parts<TArgs>(TArgs args)
        where TArgs : struct =>
        [.. typeof(TArgs).GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly).Select(property => property.GetValue(args))];

    private static byte[] Written(Action<PayloadBuffer> write)
    {
        using var output = new PayloadBuffer(4 << 20);
        write(output);
        return output.Written.ToArray();
    }
}
