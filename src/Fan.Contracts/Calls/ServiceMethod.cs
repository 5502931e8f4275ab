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

    /// <summary>The contract that it is a method of; null for one that belongs to none.</summary>
    internal ServiceContract? Contract { get; private set; }

    /// <summary><c>service/method</c>: the name of its spans and the path of its URL.</summary>
    public string FullName { get; private set; } = "";

    /// <summary>
    /// Whether arguments and result can be written in the compact form; where they can't, JSON carries them on every route.
    /// </summary>
    public virtual bool IsCompact => false;

    /// <summary>The names of arguments and members, for errors that say where: the compact form has only their tags.</summary>
    public virtual IReadOnlyList<string> CompactNames => [];

    /// <summary>
    /// Every type that the compact form of arguments and result writes and reads, each once: the compact form is taken only where JSON
    /// means the same.
    /// </summary>
    public virtual IReadOnlyList<CompactTypeFacts> CompactTypes => [];

    // A method's one instance may be told several times, by contracts that all say the same.
    internal void BelongTo(ServiceContract contract, string service) =>
        (Contract, Service, FullName) = (contract, service, $"{service}/{Name}");
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

    /// <summary>Writes the arguments in the compact form, where <see cref="ServiceMethod.IsCompact"/> says so.</summary>
    public virtual void WriteCompact(ref CompactWriter writer, in TArgs args) => throw new NotSupportedException();

    /// <summary>Reads the arguments from the compact form.</summary>
    /// <exception cref="BadArgumentException">An argument is missing or unknown, or null and must not be.</exception>
    public virtual TArgs ReadCompact(ref CompactReader reader) => throw new NotSupportedException();
}

/// <summary>A method whose reply, or each item of it, is a <typeparamref name="TResult"/>.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class ResultMethod<TArgs, TResult> : ServiceMethod<TArgs>
    where TArgs : struct
{
    private protected ResultMethod(MethodDescription description)
        : base(description)
    {
    }

    /// <summary>Writes the result in the compact form, where <see cref="ServiceMethod.IsCompact"/> says so.</summary>
    public virtual void WriteCompactResult(ref CompactWriter writer, TResult value) => throw new NotSupportedException();

    /// <summary>Reads the result from the compact form.</summary>
    public virtual TResult ReadCompactResult(ref CompactReader reader) => throw new NotSupportedException();
}

/// <summary>A method with one reply, or with none.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class UnaryMethod<TArgs, TResult> : ResultMethod<TArgs, TResult>, IUnaryMethod
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
    public void CopyArguments(in ReadOnlySequence<byte> payload, PayloadCodec from, PayloadCodec to, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        to.WriteArguments(output, this, from.ReadArguments(payload, this));
    }

    /// <inheritdoc/>
    public void WriteDefault(IBufferWriter<byte> reply, PayloadCodec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        codec.WriteResult(reply, this, default!);
    }

    /// <inheritdoc/>
    public ValueTask ServeAsync(
        object service,
        in ReadOnlySequence<byte> payload,
        PayloadCodec codec,
        IBufferWriter<byte> reply,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(codec);
        var pending = InvokeAsync(service, codec.ReadArguments(payload, this), cancellationToken);
        if (!pending.IsCompletedSuccessfully)
        {
            return AwaitedAsync(pending, codec, reply);
        }

        codec.WriteResult(reply, this, pending.Result);
        return default;
    }

    private async ValueTask AwaitedAsync(ValueTask<TResult> pending, PayloadCodec codec, IBufferWriter<byte> reply) =>
        codec.WriteResult(reply, this, await pending.ConfigureAwait(false));
}

/// <summary>A method whose reply is a sequence.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class StreamMethod<TArgs, TItem> : ResultMethod<TArgs, TItem>, IStreamMethod
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

    private async ValueTask SendAllAsync(
        IAsyncEnumerable<TItem> items, PayloadCodec codec, IItemSink sink, CancellationToken cancellationToken)
    {
        await foreach (var item in items.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            codec.WriteResult(sink.Output, this, item);
            await sink.ItemWrittenAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>The untyped face of a method with one reply: what a server needs.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IUnaryMethod
{
    /// <summary>Encodes the reply of a push that is accepted and not handled yet: nothing.</summary>
    void WriteDefault(IBufferWriter<byte> reply, PayloadCodec codec);

    /// <summary>Decodes the arguments and forgets them.</summary>
    /// <exception cref="BadArgumentException">The payload does not fit the method.</exception>
    void CheckArguments(in ReadOnlySequence<byte> payload, PayloadCodec codec);

    /// <summary>Writes the arguments in another form.</summary>
    /// <exception cref="BadArgumentException">The payload does not fit the method.</exception>
    void CopyArguments(in ReadOnlySequence<byte> payload, PayloadCodec from, PayloadCodec to, IBufferWriter<byte> output);

    /// <summary>Decodes the arguments, calls <paramref name="service"/> and encodes its reply.</summary>
    /// <exception cref="BadArgumentException">The payload does not fit the method.</exception>
    ValueTask ServeAsync(
        object service,
        in ReadOnlySequence<byte> payload,
        PayloadCodec codec,
        IBufferWriter<byte> reply,
        CancellationToken cancellationToken);
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
