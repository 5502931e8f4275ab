using System.Buffers;
using Fan.Generated;

namespace Fan.Generators.Tests.Compact;

/// <summary>The compact form as an application uses it.</summary>
internal sealed class CompactTestCodec(int maxDepth = 32) : PayloadCodec
{
    public override string ContentType => "application/x-fan";

    public override void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args) =>
        CompactPayload.WriteArguments(output, method, args, maxDepth);

    public override TArgs ReadArguments<TArgs>(in ReadOnlySequence<byte> payload, ServiceMethod<TArgs> method) =>
        CompactPayload.ReadArguments(payload.FirstSpan, method, maxDepth);

    public override void WriteResult<TArgs, TResult>(IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value) =>
        CompactPayload.WriteResult(output, method, value, maxDepth);

    public override TResult ReadResult<TArgs, TResult>(in ReadOnlySequence<byte> payload, ResultMethod<TArgs, TResult> method) =>
        CompactPayload.ReadResult(payload.FirstSpan, method, maxDepth);
}

/// <summary>Sends calls of one contract to a service of another one, as between versions.</summary>
internal sealed class CrossChannel(object service, ServiceContract contract, PayloadCodec codec) : CallChannel
{
    public override async ValueTask<TResult> CallAsync<TArgs, TResult>(
        UnaryMethod<TArgs, TResult> method, TArgs args, CancellationToken cancellationToken)
    {
        var request = new ArrayBufferWriter<byte>();
        codec.WriteArguments(request, method, args);
        var reply = new ArrayBufferWriter<byte>();
        var theirs = (IUnaryMethod)contract.Methods.Single(other => other.Name == method.Name);
        await theirs.ServeAsync(service, new ReadOnlySequence<byte>(request.WrittenMemory), codec, reply, cancellationToken);
        return codec.ReadResult(new ReadOnlySequence<byte>(reply.WrittenMemory), method);
    }

    public override IAsyncEnumerable<TItem> StreamAsync<TArgs, TItem>(
        StreamMethod<TArgs, TItem> method, TArgs args, CancellationToken cancellationToken) => throw new NotSupportedException();
}
