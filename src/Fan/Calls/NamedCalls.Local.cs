using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Fan.Messaging;
using Fan.Serving;

namespace Fan.Calls;

internal sealed partial class NamedCalls
{
    private async ValueTask<TResult> CallLocallyAsync<TResult>(
        ServedMethod method, CallPath path, JsonElement arguments, CallOptions? options, CancellationToken cancellationToken)
    {
        using var request = Written(path, arguments);
        using var reply = new PayloadBuffer(server.Limits.MaxPayloadBytes);
        try
        {
            await server.ServeAsync(method, Incoming(path, request, options), reply, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (mapsErrors)
        {
            throw LocalCopies.Arrived(error, cancellationToken);
        }

        return pipeline.Codecs.Json.ReadValue<TResult>(new ReadOnlySequence<byte>(reply.Written));
    }

    private async IAsyncEnumerable<JsonElement> StreamLocallyAsync(
        ServedMethod method,
        CallPath path,
        JsonElement arguments,
        CallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = Written(path, arguments);
        using var sink = new ChannelItemSink(server.Limits.MaxPayloadBytes);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serving = sink.FillAsync(ServeAsync());
        try
        {
            await foreach (var item in sink.Items.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                using (item) yield return pipeline.Codecs.Json.ReadValue<JsonElement>(new ReadOnlySequence<byte>(item.Memory));
            }
        }
        finally
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await serving.ConfigureAwait(false);
        }

        async ValueTask ServeAsync()
        {
            try
            {
                await server.ServeStreamAsync(method, Incoming(path, request, options), sink, leaving.Token).ConfigureAwait(false);
            }
            catch (Exception error) when (mapsErrors)
            {
                throw LocalCopies.Arrived(error, cancellationToken);
            }
        }
    }
}
