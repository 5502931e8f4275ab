using System.Buffers;
using Fan.Messaging;

namespace Fan.Http.Calling;

/// <summary>Bytes as they arrive, taken out line by line. Not safe for concurrent use.</summary>
internal sealed class LineBuffer(int maxLine) : IDisposable
{
    private const int InitialSize = 4096;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(InitialSize);
    private int _start;
    private int _end;
    private int _searched;

    /// <summary>Where the next bytes go; never empty unless <see cref="IsFull"/>.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (_end == _bytes.Length) MakeRoom();
            return _bytes.AsMemory(_end);
        }
    }

    public bool IsEmpty => _start == _end;

    /// <summary>Whether there is a line that is too long.</summary>
    public bool IsFull => _end - _start > maxLine;

    public void Advance(int count) => _end += count;

    /// <summary>Takes the next whole line, without its end; empty lines are passed over.</summary>
    public bool TryTake(out ReplyPayload line)
    {
        while (true)
        {
            var feed = _bytes.AsSpan(_searched, _end - _searched).IndexOf((byte)'\n');
            if (feed < 0)
            {
                _searched = _end;
                line = default;
                return false;
            }

            var length = _searched + feed - _start;
            var content = _bytes.AsSpan(_start, length);
            _start = _searched = _start + length + 1;
            if (content.Trim(" \r\t"u8).IsEmpty) continue;
            var copy = ArrayPool<byte>.Shared.Rent(length);
            content.CopyTo(copy);
            line = new ReplyPayload(copy, length);
            return true;
        }
    }

    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        if (bytes.Length > 0) ArrayPool<byte>.Shared.Return(bytes);
    }

    private void MakeRoom()
    {
        var held = _end - _start;
        var target = held > _bytes.Length / 2 ? ArrayPool<byte>.Shared.Rent(_bytes.Length * 2) : _bytes;
        _bytes.AsSpan(_start, held).CopyTo(target);
        if (!ReferenceEquals(target, _bytes)) ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = target;
        (_start, _searched, _end) = (0, _searched - _start, held);
    }
}
