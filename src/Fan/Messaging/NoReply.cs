using System.Buffers;

namespace Fan.Messaging;

/// <summary>Takes the reply that nobody waits for. Safe from any thread, as nobody reads it.</summary>
internal sealed class NoReply : IBufferWriter<byte>
{
    private readonly byte[] _scrap = new byte[512];

    public void Advance(int count)
    {
    }

    public Memory<byte> GetMemory(int sizeHint = 0) => sizeHint <= _scrap.Length ? _scrap : new byte[sizeHint];

    public Span<byte> GetSpan(int sizeHint = 0) => sizeHint <= _scrap.Length ? _scrap : new byte[sizeHint];
}
