using System.Buffers;
using System.Buffers.Binary;

namespace Fan.Ipc.Wire;

/// <summary>Cuts what arrives into frames, within bounded memory. Not safe for concurrent use.</summary>
internal sealed class FrameReader(int maxBodyBytes)
{
    private const int BufferBytes = 64 * 1024;

    // A small rest is moved to the front before it makes reads small.
    private const int LeastSpace = 16 * 1024;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
    private int _start;
    private int _end;
    private int _skip;
    private byte[]? _large;
    private int _largeLength;
    private int _largeFilled;
    private FrameType _largeType;
    private uint _largeStream;
    private bool _greeted;

    /// <summary>Where the next bytes are to be put; at least one.</summary>
    public Memory<byte> Space()
    {
        if (_large is not null)
        {
            // What is announced is not believed: the room grows with what came.
            if (_largeFilled == _large.Length) _large = Grow(_large, Math.Min(_largeLength, _large.Length * 2));
            return _large.AsMemory(_largeFilled, Math.Min(_large.Length, _largeLength) - _largeFilled);
        }

        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < LeastSpace)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        return _buffer.AsMemory(_end);
    }

    /// <summary>Says that so many bytes were put there.</summary>
    public void Advance(int bytes)
    {
        if (_large is null) _end += bytes;
        else _largeFilled += bytes;
    }

    /// <summary>The next whole frame, if there is one.</summary>
    /// <exception cref="WireException">What arrived is no frame.</exception>
    public bool TryRead(out Frame frame)
    {
        frame = default;
        if (_large is not null)
        {
            if (_largeFilled < _largeLength) return false;
            frame = new Frame { Type = _largeType, Stream = _largeStream, Body = _large.AsSpan(0, _largeLength), Owned = _large };
            _large = null;
            return true;
        }

        if (_skip > 0)
        {
            var skipped = Math.Min(_skip, _end - _start);
            _start += skipped;
            _skip -= skipped;
            if (_skip > 0) return false;
        }

        if (_end - _start < WireLimits.HeaderBytes) return false;
        var header = _buffer.AsSpan(_start, WireLimits.HeaderBytes);
        var length = BinaryPrimitives.ReadUInt32LittleEndian(header);
        frame.Stream = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        frame.Type = (FrameType)header[8];
        if (Exceeds(frame.Type, frame.Stream, length))
        {
            _start += WireLimits.HeaderBytes;
            _skip = (int)length;
            frame.Skipped = (int)length;
            return true;
        }

        return TryReadBody(ref frame, (int)length);
    }

    /// <summary>Forgets what came and was not read.</summary>
    public void Reset()
    {
        _start = _end = _skip = 0;
        if (_large is not null) ArrayPool<byte>.Shared.Return(_large);
        _large = null;
    }

    /// <summary>Gives the room back; nothing is read after that.</summary>
    public void Release()
    {
        if (_buffer.Length > 0) ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        if (_large is not null) ArrayPool<byte>.Shared.Return(_large);
        _large = null;
    }

    private bool TryReadBody(ref Frame frame, int length)
    {
        if (_end - _start - WireLimits.HeaderBytes >= length)
        {
            // Only now: the header of a frame that has not come whole is looked at again.
            _greeted = true;
            frame.Body = _buffer.AsSpan(_start + WireLimits.HeaderBytes, length);
            _start += WireLimits.HeaderBytes + length;
            return true;
        }

        if (WireLimits.HeaderBytes + length <= _buffer.Length) return false;
        var begun = _buffer.AsSpan(_start + WireLimits.HeaderBytes, _end - _start - WireLimits.HeaderBytes);
        _large = ArrayPool<byte>.Shared.Rent(Math.Min(length, BufferBytes * 2));
        begun.CopyTo(_large);
        (_largeLength, _largeFilled, _largeType, _largeStream) = (length, begun.Length, frame.Type, frame.Stream);
        _start = _end = 0;
        return false;
    }

    // True where the frame's call is lost and the connection is not.
    private bool Exceeds(FrameType type, uint stream, uint length)
    {
        if (!_greeted)
        {
            if (type is not (FrameType.Hello or FrameType.Error) || stream != 0 || length > WireLimits.MaxHelloBytes)
            {
                throw new WireException("The first frame must be a hello of Fan's protocol.");
            }

            return false;
        }

        if (type is FrameType.Request or FrameType.Reply or FrameType.Item)
        {
            if (length <= (uint)maxBodyBytes) return false;
            return length <= WireLimits.MaxSkippedBytes
                ? true
                : throw new WireException(
                    $"A frame has {length} bytes; no frame may have more than {WireLimits.MaxSkippedBytes}.", ErrorCodes.LimitExceeded);
        }

        if (type is < FrameType.Name or > FrameType.Pong) throw new WireException($"There is no frame of type {(byte)type} here.");
        if (length > WireLimits.MaxControlBytes)
        {
            throw new WireException(
                $"A frame of type {type} has {length} bytes; at most {WireLimits.MaxControlBytes} are taken.", ErrorCodes.LimitExceeded);
        }

        return false;
    }

    private static byte[] Grow(byte[] array, int bytes)
    {
        var larger = ArrayPool<byte>.Shared.Rent(bytes);
        array.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(array);
        return larger;
    }
}
