using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Proxies;

/// <summary>
/// A call as a proxy received it: nothing of it is decoded. Valid until the proxy has handled it; by one flow of control at a time.
/// </summary>
/// <remarks>
/// User, baggage, deadline, trace and snapshot are those of <see cref="CallContext.Current"/>, and go on from there: to change one of them,
/// make another context current.
/// </remarks>
public sealed class ProxiedCall
{
    private static readonly JsonReaderOptions AnyDepth = new() { MaxDepth = int.MaxValue };

    private readonly ProxyForwarding _forwarding;
    private readonly IncomingCall _incoming;
    private readonly IBufferWriter<byte>? _reply;
    private readonly IItemSink? _items;
    private volatile bool _ended;

    internal ProxiedCall(
        ProxyForwarding forwarding, string method, MethodKind kind, IncomingCall incoming, IBufferWriter<byte>? reply, IItemSink? items)
    {
        (_forwarding, Method, Kind, _incoming, _reply, _items) = (forwarding, method, kind, incoming, reply, items);
        ShardKeys = incoming.ShardKeys;
    }

    /// <summary>The service that was called: the one that the proxy stands before.</summary>
    public string Service => _forwarding.Service;

    /// <summary>The wire name of the method.</summary>
    public string Method { get; }

    /// <summary>What the service's endpoints say of the method: one reply, a sequence, or a push.</summary>
    public MethodKind Kind { get; }

    /// <summary>The versions that the caller accepts; null is any.</summary>
    public string? VersionRange => _incoming.Headers.VersionRange;

    /// <summary>The values of the shard keys, in the order of the brackets.</summary>
    public IReadOnlyList<string> ShardKeys { get; }

    /// <summary>The headers as they came. Read them only.</summary>
    public MessageHeaders Headers => _incoming.Headers;

    /// <summary>The arguments as they came: a JSON object.</summary>
    public ReadOnlySequence<byte> Payload => _incoming.Payload;

    /// <summary>Whether the caller has its reply, or the first item of it.</summary>
    public bool IsReplied { get; private set; }

    /// <summary>
    /// Passes the call on, and what comes back to the caller: the reply, each item of a sequence as it comes, or that a push was accepted.
    /// </summary>
    /// <param name="target">Where to; null passes it to the service as it came.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="FanException">As for a call of one's own.</exception>
    public async ValueTask ForwardAsync(ProxyTarget? target = null, CancellationToken cancellationToken = default)
    {
        if (Kind == MethodKind.Stream)
        {
            await foreach (var item in StreamAsync(target, cancellationToken).ConfigureAwait(false))
            {
                using (item) await WriteAsync(item.Memory, cancellationToken).ConfigureAwait(false);
            }

            IsReplied = true;
            return;
        }

        using var reply = await CallAsync(target, cancellationToken).ConfigureAwait(false);
        await WriteAsync(reply.Memory, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Calls, and gives the reply to the proxy, which disposes it: JSON. A push gives the reply of whoever accepted it.</summary>
    /// <exception cref="FanException">As for a call of one's own.</exception>
    public ValueTask<ReplyPayload> CallAsync(ProxyTarget? target = null, CancellationToken cancellationToken = default)
    {
        RequireCurrent();
        return _forwarding.CallAsync(Method, Kind, _incoming.Headers, _incoming.Payload, target, cancellationToken);
    }

    /// <summary>Calls a method whose reply is a sequence, and gives each item to the proxy, which disposes it: JSON.</summary>
    public async IAsyncEnumerable<ReplyPayload> StreamAsync(
        ProxyTarget? target = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        RequireCurrent();
        await foreach (var item in _forwarding.StreamAsync(
            Method, _incoming.Headers, _incoming.Payload, target, cancellationToken).ConfigureAwait(false))
        {
            yield return item;
        }
    }

    /// <summary>Gives the caller a reply, as JSON; of a sequence one item, and waits while the caller is slower.</summary>
    /// <exception cref="InvalidOperationException">
    /// The method has one reply, and the caller has it; or the reply is not one JSON value.
    /// </exception>
    public ValueTask ReplyAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken = default)
    {
        RequireJson(json.Span);
        return WriteAsync(json, cancellationToken);
    }

    private ValueTask WriteAsync(ReadOnlyMemory<byte> json, CancellationToken cancellationToken)
    {
        RequireCurrent();
        if (_items is not null)
        {
            IsReplied = true;
            _items.Output.Write(json.Span);
            return _items.ItemWrittenAsync(cancellationToken);
        }

        if (IsReplied) throw new InvalidOperationException($"'{Service}.{Method}' has one reply, and the caller has it.");
        IsReplied = true;
        _reply!.Write(json.Span);
        return default;
    }

    /// <summary>
    /// Sends a copy of the call, of whose reply and errors nobody learns, and does not wait for it. Its calls are a tree of their own, with
    /// the baggage member <c>fan-mirror</c>.
    /// </summary>
    /// <returns>False where as many copies as may be are under way, and this one was dropped.</returns>
    public bool Mirror(ProxyTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        RequireCurrent();
        return _forwarding.Mirror(Method, Kind, _incoming.Headers, _incoming.Payload, target);
    }

    internal void End()
    {
        _ended = true;
        if (!IsReplied && Kind != MethodKind.Stream)
        {
            throw new InvalidOperationException(
                $"The proxy of '{Service}' gave no reply to '{Method}': it must forward each call, reply to it, or throw.");
        }
    }

    internal void Abandon() => _ended = true;

    // The caller could not tell whose fault it is, and of a method without a result would not even look.
    private void RequireJson(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json, AnyDepth);
            while (reader.Read())
            {
            }
        }
        catch (JsonException error)
        {
            throw new InvalidOperationException(
                $"The proxy '{_forwarding.Proxy}' gave a reply to '{Service}.{Method}' that is not one JSON value: {error.Message}", error);
        }
    }

    // Transports use what stands behind it again.
    private void RequireCurrent() => ObjectDisposedException.ThrowIf(_ended, this);
}
