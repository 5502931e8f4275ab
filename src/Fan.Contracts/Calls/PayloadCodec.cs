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

    /// <summary>Writes one value.</summary>
    public abstract void WriteValue<T>(IBufferWriter<byte> output, T value);

    /// <summary>Reads one value.</summary>
    /// <exception cref="BadMessageException">The payload is no <typeparamref name="T"/>.</exception>
    public abstract T ReadValue<T>(in ReadOnlySequence<byte> payload);
}
