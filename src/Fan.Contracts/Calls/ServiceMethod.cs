using System.Buffers;
using System.ComponentModel;
using System.Text.Json;

namespace Fan.Generated;

/// <summary>One method of a service, as generated code: immutable, stateless, safe from any thread.</summary>
public abstract class ServiceMethod
{
    private protected ServiceMethod(MethodDescription description)
    {
        ArgumentNullException.ThrowIfNull(description);
        Description = description;
        Name = description.Name;
    }

    /// <summary>The wire name.</summary>
    public string Name { get; }

    /// <summary>What is known of the method without calling it.</summary>
    public MethodDescription Description { get; }

    /// <summary>The service without brackets; empty for a method that belongs to no contract.</summary>
    public string Service { get; private set; } = "";

    /// <summary><c>service/method</c>: the name of its spans and the path of its URL.</summary>
    public string FullName { get; private set; } = "";

    // A method's one instance may be told several times, by contracts that all say the same.
    internal void BelongTo(string service) => (Service, FullName) = (service, $"{service}/{Name}");
}

/// <summary>A method with the arguments <typeparamref name="TArgs"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ServiceMethod<TArgs> : ServiceMethod
    where TArgs : struct
{
    private protected ServiceMethod(MethodDescription description)
        : base(description)
    {
    }

    /// <summary>Writes the arguments as one JSON object.</summary>
    public abstract void WriteArguments(Utf8JsonWriter writer, in TArgs args, JsonSerializerOptions options);

    /// <summary>Reads the arguments from one JSON object; the reader stands before it.</summary>
    /// <exception cref="BadArgumentException">An argument is missing, unknown or of the wrong type.</exception>
    public abstract TArgs ReadArguments(ref Utf8JsonReader reader, JsonSerializerOptions options);
}

/// <summary>A method with one reply, or with none.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class UnaryMethod<TArgs, TResult> : ServiceMethod<TArgs>, IUnaryMethod
    where TArgs : struct
{
    /// <summary>Creates the method.</summary>
    protected UnaryMethod(MethodDescription description)
        : base(description)
    {
    }

    /// <summary>Calls the implementation.</summary>
    public abstract ValueTask<TResult> InvokeAsync(object service, TArgs args, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public void CheckArguments(in ReadOnlySequence<byte> payload, PayloadCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        _ = codec.ReadArguments(payload, this);
    }

    /// <inheritdoc/>
    public ValueTask ServeAsync(
        object service, in ReadOnlySequence<byte> payload, PayloadCodec codec, IBufferWriter<byte> reply, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(codec);
        var pending = InvokeAsync(service, codec.ReadArguments(payload, this), cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return Awaited(pending, codec, reply);
        }

        codec.WriteValue(reply, pending.Result);
        return default;
    }

    private static async ValueTask Awaited(ValueTask<TResult> pending, PayloadCodec codec, IBufferWriter<byte> reply) =>
        codec.WriteValue(reply, await pending.ConfigureAwait(false));
}

/// <summary>A method whose reply is a sequence.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class StreamMethod<TArgs, TItem> : ServiceMethod<TArgs>, IStreamMethod
    where TArgs : struct
{
    /// <summary>Creates the method.</summary>
    protected StreamMethod(MethodDescription description)
        : base(description)
    {
    }

    /// <summary>Calls the implementation.</summary>
    public abstract IAsyncEnumerable<TItem> Invoke(object service, TArgs args, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public ValueTask ServeAsync(
        object service, in ReadOnlySequence<byte> payload, PayloadCodec codec, IItemSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(codec);
        return SendAllAsync(Invoke(service, codec.ReadArguments(payload, this), cancellationToken), codec, sink, cancellationToken);
    }

    private static async ValueTask SendAllAsync(
        IAsyncEnumerable<TItem> items, PayloadCodec codec, IItemSink sink, CancellationToken cancellationToken)
    {
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            codec.WriteValue(sink.Output, item);
            await sink.ItemWrittenAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>The untyped face of a method with one reply: what a server needs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IUnaryMethod
{
    /// <summary>Decodes the arguments and forgets them.</summary>
    /// <exception cref="BadArgumentException">The payload does not fit the method.</exception>
    void CheckArguments(in ReadOnlySequence<byte> payload, PayloadCodec codec);

    /// <summary>Decodes the arguments, calls <paramref name="service"/> and encodes its reply.</summary>
    /// <exception cref="BadArgumentException">The payload does not fit the method.</exception>
    ValueTask ServeAsync(
        object service, in ReadOnlySequence<byte> payload, PayloadCodec codec, IBufferWriter<byte> reply, CancellationToken cancellationToken);
}

/// <summary>The untyped face of a method whose reply is a sequence.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IStreamMethod
{
    /// <summary>Decodes the arguments, calls <paramref name="service"/> and encodes item after item.</summary>
    /// <exception cref="BadArgumentException">The payload does not fit the method.</exception>
    ValueTask ServeAsync(
        object service, in ReadOnlySequence<byte> payload, PayloadCodec codec, IItemSink sink, CancellationToken cancellationToken);
}

/// <summary>Takes the items of a reply one by one and applies back-pressure.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IItemSink
{
    /// <summary>Where the next item is written.</summary>
    IBufferWriter<byte> Output { get; }

    /// <summary>Says that one whole item stands in <see cref="Output"/>; waits while the receiver is slower.</summary>
    ValueTask ItemWrittenAsync(CancellationToken cancellationToken);
}
