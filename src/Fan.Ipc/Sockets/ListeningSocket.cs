using System.Net.Sockets;

namespace Fan.Ipc.Sockets;

/// <summary>A socket that listens under a path.</summary>
/// <param name="Socket">The socket.</param>
/// <param name="Path">Its path.</param>
/// <param name="Folder">The folder that was made for it alone, and ends with it; null where it stands in one that stays.</param>
internal sealed record ListeningSocket(Socket Socket, string Path, string? Folder);
