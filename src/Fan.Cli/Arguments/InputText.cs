using System.Text;
using Fan.Cli.Errors;

namespace Fan.Cli.Arguments;

/// <summary>Reads the texts that arguments name: <c>-</c> is standard input, <c>@PATH</c> a file. Bounded, and UTF-8 only.</summary>
internal sealed class InputText(Func<Stream> standardInput, int maxBytes)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private bool _inputWasRead;

    /// <summary>Whether the text names a source instead of being the value itself.</summary>
    public static bool IsSource(string text) => text == "-" || text.StartsWith('@');

    /// <exception cref="UsageException">It can't be read, is too large, or is no UTF-8.</exception>
    public async Task<string> ReadAsync(string source, CancellationToken cancellationToken)
    {
        var name = source == "-" ? "Standard input" : $"File '{source[1..]}'";
        try
        {
            var stream = Open(source);
            await using (stream.ConfigureAwait(false))
                return Strict.GetString(await ReadAsync(stream, name, cancellationToken).ConfigureAwait(false)).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException error)
        {
            throw new UsageException($"{name} is no UTF-8 text: give bytes as base64.", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UsageException($"{name} can't be read: {error.Message}", error);
        }
    }

    private Stream Open(string source)
    {
        if (source != "-") return new FileStream(source[1..], FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (_inputWasRead) throw new UsageException("Standard input ('-') can be read once only.");
        _inputWasRead = true;
        return standardInput();
    }

    private async Task<byte[]> ReadAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        using var read = new MemoryStream();
        var block = new byte[64 * 1024];
        // A read of a terminal or pipe can't be cancelled everywhere, but the wait for it can.
        while (await stream.ReadAsync(block, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false) is > 0
            and var count)
        {
            if (read.Length + count > maxBytes)
            {
                throw new UsageException($"{name} has more than {maxBytes / 1024 / 1024} MiB, which is more than a call carries.");
            }

            read.Write(block, 0, count);
        }

        return read.ToArray();
    }
}
