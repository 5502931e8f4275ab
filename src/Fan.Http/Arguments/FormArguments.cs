using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Fan.Messaging;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace Fan.Http.Arguments;

/// <summary>Reads the arguments in urlencoded and multipart bodies.</summary>
internal static class FormArguments
{
    private const int MaxFields = 10_000;
    private const int MaxBoundary = 128;

    public static async ValueTask AddUrlEncodedAsync(
        HttpNamedArguments arguments, ReadOnlySequence<byte> body, FanLimits limits, CancellationToken cancellationToken)
    {
        var reader = new FormPipeReader(PipeReader.Create(body))
        {
            ValueCountLimit = MaxFields,
            KeyLengthLimit = limits.MaxHeaderBytes,
            ValueLengthLimit = limits.MaxPayloadBytes
        };
        try
        {
            foreach (var (name, values) in await reader.ReadFormAsync(cancellationToken).ConfigureAwait(false))
            {
                foreach (var value in values) arguments.AddField(name, value ?? "");
            }
        }
        catch (InvalidDataException error)
        {
            throw new BadMessageException("body", $"The urlencoded body can't be read: {error.Message}", error);
        }
    }

    public static async ValueTask AddMultipartAsync(
        HttpNamedArguments arguments,
        string contentType,
        ReadOnlySequence<byte> body,
        FanLimits limits,
        CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(contentType, out var type)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= MaxBoundary } boundary)
        {
            throw new BadMessageException(
                "content-type", $"A multipart body needs a boundary of 1 to {MaxBoundary} characters in its content type.");
        }

        var reader = new MultipartReader(
            boundary, new MemoryStream(body.ToArray()))
        {
            HeadersCountLimit = 16,
            HeadersLengthLimit = limits.MaxHeaderBytes,
            BodyLengthLimit = limits.MaxPayloadBytes
        };
        try
        {
            for (var fields = 0; await reader.ReadNextSectionAsync(cancellationToken).ConfigureAwait(false) is { } section; fields++)
            {
                if (fields == MaxFields) throw new BadMessageException("body", $"The multipart body has more than {MaxFields} parts.");
                await AddPartAsync(arguments, section, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new BadMessageException("body", $"The multipart body can't be read: {error.Message}", error);
        }
    }

    /// <summary>Writes the files of one argument: a list where it takes one, else a single file.</summary>
    public static void WriteFiles(Utf8JsonWriter writer, Type type, IReadOnlyList<FileContent> files)
    {
        var many = files.Count > 1 || TextValue.ItemType(type) is not null;
        if (many) writer.WriteStartArray();
        foreach (var file in files)
        {
            writer.WriteStartObject();
            writer.WriteString("fileName", file.FileName);
            writer.WriteBase64String("content", file.Content.Span);
            writer.WriteString("contentType", file.ContentType);
            writer.WriteEndObject();
        }

        if (many) writer.WriteEndArray();
    }

    private static async ValueTask AddPartAsync(HttpNamedArguments arguments, MultipartSection section, CancellationToken cancellationToken)
    {
        if (section.GetContentDispositionHeader() is not { } disposition
            || HeaderUtilities.RemoveQuotes(disposition.Name).Value is not { Length: > 0 } name)
            throw new BadMessageException("body", "A part of the multipart body has no name.");
        if (!disposition.IsFileDisposition())
        {
            arguments.AddField(name, await section.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
            return;
        }

        var content = new MemoryStream();
        await section.Body.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        var file = disposition.FileNameStar.HasValue ? disposition.FileNameStar : disposition.FileName;
        // A path in a file name is the sender's, and no business of ours.
        var plain = Path.GetFileName(HeaderUtilities.RemoveQuotes(file).Value?.Replace('\\', '/')) ?? "";
        arguments.AddFile(name, new FileContent(plain, content.ToArray(), section.ContentType ?? "application/octet-stream"));
    }
}
