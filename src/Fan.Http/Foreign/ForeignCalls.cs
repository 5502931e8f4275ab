using System.Net;
using System.Text.Json;
using Fan.Http.Connections;
using Fan.Messaging;
using Fan.Transports;

namespace Fan.Http.Foreign;

/// <summary>Calls HTTP services that are not Fan's, in the form that their endpoint describes. Safe from any thread.</summary>
internal sealed class ForeignCalls(HttpConnections connections) : IDisposable
{
    public async ValueTask<ReplyPayload> CallAsync(OutgoingCall call, CancellationToken cancellationToken)
    {
        using var request = ForeignRequest.Create(call);
        using var response = await connections.SendAsync(request, call, cancellationToken).ConfigureAwait(false);
        switch (response.StatusCode)
        {
            case HttpStatusCode.NoContent:
                // As micro-fan has it: done.
                return ReplyReader.Constant("true"u8);
            case HttpStatusCode.OK or HttpStatusCode.Created:
                var reply = await ReplyReader.ReadAsync(response, call, cancellationToken).ConfigureAwait(false);
                if (reply.Memory.Length > 0) return RequireJson(reply, call);
                reply.Dispose();
                return ReplyReader.Constant("null"u8);
            default:
                throw await ReplyReader.ReadFailureAsync(response, call, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => connections.Dispose();

    // Whatever its content type says, as with micro-fan: many services do not set it.
    private static ReplyPayload RequireJson(ReplyPayload reply, OutgoingCall call)
    {
        var reader = new Utf8JsonReader(reply.Memory.Span, new JsonReaderOptions { MaxDepth = call.Limits.MaxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return reply;
        }
        catch (JsonException error)
        {
            reply.Dispose();
            throw new BadMessageException("reply", $"The reply of {call.Endpoint} is no valid JSON: {error.Message}", error);
        }
    }
}
