using Fan.Http.Foreign;
using Fan.Messaging;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Fan.Http.Serving;

/// <summary>Takes Fan's headers out of a request.</summary>
internal static class RequestHeaders
{
    public static bool IsOfHttp1(IHttpRequestFeature request) => request.Protocol.StartsWith("HTTP/1", StringComparison.Ordinal);

    /// <exception cref="BadMessageException">A header of ours breaks its form.</exception>
    /// <exception cref="LimitExceededException">There are too many headers, or they are too large.</exception>
    public static MessageHeaders Read(IHeaderDictionary headers, FanLimits limits)
    {
        if (headers.Count > limits.MaxHeaders)
        {
            throw new LimitExceededException(
                nameof(FanLimits.MaxHeaders),
                $"The request has {headers.Count} headers; at most {limits.MaxHeaders} are allowed ({nameof(FanLimits.MaxHeaders)}).");
        }

        var message = new MessageHeaders();
        OtHeaders? foreign = null;
        var bytes = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values) bytes += name.Length + (value?.Length ?? 0);
            if (bytes > limits.MaxHeaderBytes)
            {
                throw new LimitExceededException(
                    nameof(FanLimits.MaxHeaderBytes),
                    $"The headers of the request have more than {limits.MaxHeaderBytes} bytes ({nameof(FanLimits.MaxHeaderBytes)}).");
            }

            if (OtHeaders.IsOne(name)) (foreign ??= new OtHeaders()).Set(name, values.ToString());
            else message.TrySet(name, values.ToString());
        }

        if (message.TraceParent is null) foreign?.CopyTo(message);
        return message;
    }
}
