using System.Buffers;
using Fan.Generated;

namespace Fan.Messaging;

/// <summary>Arguments and results in the compact form of docs/codec.md, by generated code. Safe from any thread.</summary>
internal sealed class CompactCodec(FanLimits limits, CompactFitness fitness, JsonCodec json) : PayloadCodec
{
    public const string MediaType = MediaTypes.Compact;

    private readonly int _maxDepth = limits.MaxDepth;

    public override string ContentType => MediaType;

    /// <summary>Whether it can carry a method, so that both sides understand what JSON would have told them.</summary>
    public bool Carries(ServiceMethod method) => fitness.Keeps(method);

    public override void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args)
    {
        try
        {
            CompactPayload.WriteArguments(output, method, args, _maxDepth);
        }
        catch (BadArgumentException error) when (error.Argument.Length == 0)
        {
            throw Named(method, args, error);
        }
    }

    public override TArgs ReadArguments<TArgs>(in ReadOnlySequence<byte> payload, ServiceMethod<TArgs> method)
    {
        Require(method);
        return CompactPayload.ReadArguments(payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray(), method, _maxDepth);
    }

    public override void WriteResult<TArgs, TResult>(IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value) =>
        CompactPayload.WriteResult(output, method, value, _maxDepth);

    public override TResult ReadResult<TArgs, TResult>(in ReadOnlySequence<byte> payload, ResultMethod<TArgs, TResult> method)
    {
        Require(method);
        return CompactPayload.ReadResult(payload.IsSingleSegment ? payload.FirstSpan : payload.ToArray(), method, _maxDepth);
    }

    // Which argument it was only the writer of JSON knows, which goes from name to name.
    private BadArgumentException Named<TArgs>(ServiceMethod<TArgs> method, in TArgs args, BadArgumentException error)
        where TArgs : struct
    {
        try
        {
            json.WriteArguments(new NoReply(), method, args);
            return error;
        }
        catch (FanException again)
        {
            return again is BadArgumentException named && named.InnerException?.GetType() == error.InnerException?.GetType()
                ? named
                : error;
        }
    }

    private void Require(ServiceMethod method)
    {
        if (!Carries(method))
        {
            throw new BadMessageException(
                "content-type", $"'{method.Name}' has arguments or a result that {MediaType} can't carry; send {JsonCodec.MediaType}.");
        }
    }
}
