using System.Buffers;
using Fan.Generated;
using Fan.Messaging;

namespace Fan.Meaning.Tests.Routes;

/// <summary>The compact form as generated code has it, where an application knows better and would not take it.</summary>
internal sealed class UncheckedCompact : PayloadCodec
{
    private static readonly int MaxDepth = new FanLimits().MaxDepth;

    public override string ContentType => CompactCodec.MediaType;

    public override void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args) =>
        CompactPayload.WriteArguments(output, method, args, MaxDepth);

    public override TArgs ReadArguments<TArgs>(in ReadOnlySequence<byte> payload, ServiceMethod<TArgs> method) =>
        CompactPayload.ReadArguments(payload.FirstSpan, method, MaxDepth);

    public override void WriteResult<TArgs, TResult>(IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value) =>
        CompactPayload.WriteResult(output, method, value, MaxDepth);

    public override TResult ReadResult<TArgs, TResult>(in ReadOnlySequence<byte> payload, ResultMethod<TArgs, TResult> method) =>
        CompactPayload.ReadResult(payload.FirstSpan, method, MaxDepth);
}
