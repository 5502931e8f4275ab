using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Serving;

/// <summary>A connection that belongs to somebody else, who closes it when this one is disposed.</summary>
internal sealed class LentConnection(ConnectionContext owned) : ConnectionContext
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the borrower is done with it.</summary>
    public Task Ended => _ended.Task;

    public override string ConnectionId { get; set; } = owned.ConnectionId;

    // What the borrower sets is not the owner's.
    public override IFeatureCollection Features { get; } = new FeatureCollection(owned.Features);

    public override IDictionary<object, object?> Items { get; set; } = owned.Items;

    public override IDuplexPipe Transport { get; set; } = owned.Transport;

    public override CancellationToken ConnectionClosed { get; set; } = owned.ConnectionClosed;

    public override EndPoint? LocalEndPoint { get; set; } = owned.LocalEndPoint;

    public override EndPoint? RemoteEndPoint { get; set; } = owned.RemoteEndPoint;

    public override void Abort(ConnectionAbortedException abortReason) => owned.Abort(abortReason);

    public override void Abort() => owned.Abort();

    public override ValueTask DisposeAsync()
    {
        _ended.TrySetResult();
        return base.DisposeAsync();
    }
}
