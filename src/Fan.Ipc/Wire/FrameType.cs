namespace Fan.Ipc.Wire;

/// <summary>What a frame is. The numbers are those on the wire, see docs/wire.md.</summary>
internal enum FrameType : byte
{
    Hello = 1,
    Name = 2,
    Request = 3,
    Reply = 4,
    Error = 5,
    Item = 6,
    End = 7,
    Credit = 8,
    Cancel = 9,
    GoAway = 10,
    Ping = 11,
    Pong = 12,
}
