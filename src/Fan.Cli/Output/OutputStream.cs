using System.ComponentModel;
using Microsoft.Win32.SafeHandles;

namespace Fan.Cli.Output;

/// <summary>
/// An output of the process that tells when its reader has gone; the console's own stream writes on into nothing. Not safe for threads.
/// </summary>
internal sealed class OutputStream(Stream inner) : Stream
{
    // EPIPE of every Unix, and of Windows ERROR_BROKEN_PIPE and ERROR_NO_DATA.
    private static readonly int[] BrokenPipes = OperatingSystem.IsWindows()
        ? [unchecked((int)0x8007006D), unchecked((int)0x800700E8)]
        : [32];

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>The output with that descriptor: 1 or 2.</summary>
    public static OutputStream OfProcess(int descriptor)
    {
        if (!StandardDescriptor.IsOpen(descriptor)) return new OutputStream(Null);
        var console = descriptor == 1 ? Console.OpenStandardOutput() : Console.OpenStandardError();
        if (OperatingSystem.IsWindows()) return new OutputStream(console);
        try
        {
            var direct = new FileStream(new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
            // A file is written at a position of the stream's own there, over what other processes append; pipes and terminals have none.
            if (!direct.CanSeek) return new OutputStream(direct);
        }
        catch (Exception error) when (error is IOException or ArgumentException or UnauthorizedAccessException)
        {
            // No output at all: the console's stream says so at the first write.
        }

        return new OutputStream(console);
    }

    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Closed(error);
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            inner.Write(buffer);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Closed(error);
        }
    }

    // What the system says, without the library's guess of a path. On Unix its number is the result.
    private static string Reason(Exception error) => !OperatingSystem.IsWindows() && error is IOException { HResult: > 0 }
        ? new Win32Exception(error.HResult).Message
        : error.Message.TrimEnd('.');

    private static OutputClosedException Closed(Exception error) =>
        new($"The output can't be written: {Reason(error)}.", Array.IndexOf(BrokenPipes, error.HResult) >= 0, error);

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
