using Fan.Http.Foreign;
using Fan.Messaging;
using Microsoft.AspNetCore.Http;

namespace Fan.Http.Serving;

/// <summary>Takes Fan's headers out of a request.</summary>
internal static class RequestHeaders
{
    /// <exception cref="BadMessageException">A header of ours breaks its form.</exception>
    /// <exception cref="LimitExceededException">There are too many headers.</exception>
    public static MessageHeaders Read(IHeaderDictionary headers, FanLimits limits)
    {
        if (headers.Count > limits.MaxHeaders)
            throw new LimitExceededException(nameof(FanLimits.MaxHeaders), $"The request has {headers.Count} headers; at most {limits.MaxHeaders} are allowed.");
        var message = new MessageHeaders();
        OtHeaders? foreign = null;
        foreach (var (name, values) in headers)
        {
            if (OtHeaders.IsOne(name)) (foreign ??= new OtHeaders()).Set(name, values.ToString());
            else message.TrySet(name, values.ToString());
        }

        if (message.TraceParent is null) foreign?.CopyTo(message);
        return message;
    }
}
