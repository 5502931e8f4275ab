using System.Buffers;
using System.Collections.Concurrent;
using Fan.Generated;
using Fan.Messaging;
using Fan.Serving;
using Microsoft.Extensions.Logging;

namespace Fan.Calls;

/// <summary>
/// What makes calls within the process like those to another one: values cross as bytes, and errors as what the other side is told of them.
/// Safe from any thread.
/// </summary>
internal sealed class LocalCopies(PayloadCodecs codecs, FanLimits limits, ILogger logger)
{
    private readonly ConcurrentDictionary<ServiceMethod, ServiceMethod> _methods = new();

    /// <summary>The method as a call from another process would run it.</summary>
    public UnaryMethod<TArgs, TResult> Of<TArgs, TResult>(UnaryMethod<TArgs, TResult> method)
        where TArgs : struct =>
        (UnaryMethod<TArgs, TResult>)_methods.GetOrAdd(
            method, static (own, copies) => new CopiedMethod<TArgs, TResult>((UnaryMethod<TArgs, TResult>)own, copies), this);

    /// <summary>The method as a call from another process would run it.</summary>
    public StreamMethod<TArgs, TItem> Of<TArgs, TItem>(StreamMethod<TArgs, TItem> method)
        where TArgs : struct =>
        (StreamMethod<TArgs, TItem>)_methods.GetOrAdd(
            method, static (own, copies) => new CopiedStream<TArgs, TItem>((StreamMethod<TArgs, TItem>)own, copies), this);

    public PayloadCodec CodecFor(ServiceMethod method) => codecs.For(method);

    /// <summary>Room for what crosses.</summary>
    public PayloadBuffer Room() => new(limits.MaxPayloadBytes);

    /// <summary>Looks at the arguments of a push as its queue has them.</summary>
    /// <exception cref="BadArgumentException">They are not those of the method.</exception>
    public void Check<TArgs>(ServiceMethod<TArgs> method, in TArgs args)
        where TArgs : struct
    {
        using var written = Room();
        codecs.Json.WriteArguments(written, method, args);
        _ = codecs.Json.ReadArguments(new ReadOnlySequence<byte>(written.Written), method);
    }

    /// <summary>What the caller gets of an error of the service, whose own log has all of it.</summary>
    public Exception Arrived(Exception error, ServiceMethod method, CancellationToken cancellationToken)
    {
        // A cancellation that the caller did not ask for is a failure of the service.
        if (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested) Tell(error, method);
        return Arrived(error, cancellationToken);
    }

    /// <summary>Logs what the caller is not told of.</summary>
    public void Tell(Exception error, ServiceMethod method)
    {
        if (error is not FanException)
        {
            TransportLog.Failed(logger, ExceptionText.ForLog(error), method.FullName, CallContext.Current.TraceId);
        }
    }

    /// <summary>As <see cref="Arrived(Exception, ServiceMethod, CancellationToken)"/>, where the log has it already.</summary>
    public static Exception Arrived(Exception error, CancellationToken cancellationToken)
    {
        // Whoever cancelled does not wait for what else may become of it.
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(ExceptionText.MessageOf(error), error, cancellationToken);
        }

        var trace = CallContext.Current.TraceId;
        return error is OperationCanceledException
            ? new RemoteFailureException(ExceptionText.TypeOf(error), ExceptionText.MessageOf(error)) { TraceId = trace }
            : WireError.From(error, trace).ToException();
    }
}
