using System.Globalization;
using Fan.Messaging;

namespace Fan.Ipc.Wire;

/// <summary>An error as the body of a frame: its members as number and text, what is null left out.</summary>
internal static class ErrorBody
{
    private enum Field : ulong
    {
        Code = 1,
        Message = 2,
        TraceId = 3,
        Service = 4,
        Method = 5,
        Requested = 6,
        Available = 7,
        Place = 8,
        Type = 9,
        RetryAfter = 10,
        Spans = 11,
    }

    public static void Write(FrameBuffer output, WireError error, string? spans = null)
    {
        Write(output, Field.Code, error.Code);
        Write(output, Field.Message, error.Message);
        Write(output, Field.TraceId, error.TraceId);
        Write(output, Field.Service, error.Service);
        Write(output, Field.Method, error.Method);
        Write(output, Field.Requested, error.Requested);
        foreach (var available in error.Available?.Take(WireLimits.MaxErrorFields / 2) ?? []) Write(output, Field.Available, available);
        Write(output, Field.Place, error.Place);
        Write(output, Field.Type, error.Type);
        Write(output, Field.RetryAfter, error.RetryAfterMilliseconds?.ToString(CultureInfo.InvariantCulture));
        Write(output, Field.Spans, spans);
    }

    /// <exception cref="WireException">It breaks the form.</exception>
    public static WireError Read(ReadOnlySpan<byte> body) => Read(body, out _);

    /// <exception cref="WireException">It breaks the form.</exception>
    public static WireError Read(ReadOnlySpan<byte> body, out string? spans)
    {
        spans = null;
        var reader = new BodyReader(FrameType.Error, body);
        var error = new WireError { Code = "", Message = "" };
        List<string>? available = null;
        for (var fields = 0; reader.Left > 0; fields++)
        {
            if (fields == WireLimits.MaxErrorFields)
            {
                throw new WireException($"An error has more than {WireLimits.MaxErrorFields} members.");
            }

            var field = (Field)reader.Number();
            var text = reader.InlineText();
            switch (field)
            {
                case Field.Code: error = error with { Code = text }; break;
                case Field.Message: error = error with { Message = text }; break;
                case Field.TraceId: error = error with { TraceId = text }; break;
                case Field.Service: error = error with { Service = text }; break;
                case Field.Method: error = error with { Method = text }; break;
                case Field.Requested: error = error with { Requested = text }; break;
                case Field.Available: (available ??= []).Add(text); break;
                case Field.Place: error = error with { Place = text }; break;
                case Field.Type: error = error with { Type = text }; break;
                case Field.RetryAfter:
                    error = error with
                    {
                        RetryAfterMilliseconds = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var time)
                            ? time
                            : null
                    };
                    break;
                case Field.Spans: spans = text; break;
                default: break;
            }
        }

        if (error.Code.Length == 0) throw new WireException("An error has no code.");
        return available is null ? error : error with { Available = available };
    }

    private static void Write(FrameBuffer output, Field field, string? text)
    {
        if (text is null) return;
        output.Number((ulong)field);
        output.Text(text);
    }
}
