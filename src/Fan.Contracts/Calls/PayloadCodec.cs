using System.Buffers;

namespace Fan.Generated;

/// <summary>Turns arguments and values into bytes and back. Safe from any thread.</summary>
public abstract class PayloadCodec
{
    /// <summary>The media type of what it writes.</summary>
    public abstract string ContentType { get; }

    /// <summary>Writes the arguments of a call.</summary>
    public abstract void WriteArguments<TArgs>(IBufferWriter<byte> output, ServiceMethod<TArgs> method, in TArgs args)
        where TArgs : struct;

    /// <summary>Reads the arguments of a call.</summary>
    /// <exception cref="BadArgumentException">The payload does not fit the method.</exception>
    public abstract TArgs ReadArguments<TArgs>(in ReadOnlySequence<byte> payload, ServiceMethod<TArgs> method)
        where TArgs : struct;

    /// <summary>Writes the reply of a call, or one item of it.</summary>
    public abstract void WriteResult<TArgs, TResult>(IBufferWriter<byte> output, ResultMethod<TArgs, TResult> method, TResult value)
        where TArgs : struct;

    /// <summary>Reads the reply of a call, or one item of it.</summary>
    /// <exception cref="BadMessageException">The payload is no <typeparamref name="TResult"/>.</exception>
    public abstract TResult ReadResult<TArgs, TResult>(in ReadOnlySequence<byte> payload, ResultMethod<TArgs, TResult> method)
        where TArgs : struct;
}
