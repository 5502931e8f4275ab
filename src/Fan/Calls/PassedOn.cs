using System.Buffers;
using System.Text.Json;
using Fan.Generated;
using Fan.Messaging;

namespace Fan.Calls;

/// <summary>A method whose arguments and reply go through as bytes.</summary>
internal interface IPassedOn;

/// <summary>Arguments as they came.</summary>
internal readonly record struct PassedArguments(ReadOnlySequence<byte> Json);

internal sealed class PassedMethod(MethodDescription description) : UnaryMethod<PassedArguments, ReplyPayload>(description), IPassedOn
{
    public override void WriteArguments(Utf8JsonWriter writer, in PassedArguments args, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override PassedArguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override ValueTask<ReplyPayload> InvokeAsync(object service, PassedArguments args, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

internal sealed class PassedStream(MethodDescription description) : StreamMethod<PassedArguments, ReplyPayload>(description), IPassedOn
{
    public override void WriteArguments(Utf8JsonWriter writer, in PassedArguments args, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override PassedArguments ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options) =>
        throw new NotSupportedException();

    public override IAsyncEnumerable<ReplyPayload> Invoke(object service, PassedArguments args, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}

/// <summary>Copies what passes through: JSON on both sides, and nobody reads it. Safe from any thread.</summary>
internal sealed class PassingCodec : PayloadCodec
{
    public override string ContentType => MediaTypes.Json;

    public override void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args)
    {
        var passed = (PassedArguments)(object)args;
        foreach (var segment in passed.Json) output.Write(segment.Span);
    }

    public override TArgs ReadArguments<TArgs>(in ReadOnlySequence<byte> payload, ServiceMethod<TArgs> method) =>
        throw new NotSupportedException();

    public override void WriteResult<TArgs, TResult>(IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value) =>
        throw new NotSupportedException();

    public override TResult ReadResult<TArgs, TResult>(in ReadOnlySequence<byte> payload, ResultMethod<TArgs, TResult> method)
    {
        var count = checked((int)payload.Length);
        var copy = ArrayPool<byte>.Shared.Rent(count);
        payload.CopyTo(copy);
        return (TResult)(object)new ReplyPayload(copy, count);
    }
}
