using System.Security.Cryptography;
using System.Text;

namespace Fan.Ipc.Sockets;

/// <summary>Names the running machine, so that callers elsewhere know that a socket's path is not theirs.</summary>
internal static class HostIdentity
{
    /// <summary>The key among the properties of an endpoint that only this machine reaches.</summary>
    public const string Property = "host_id";

    // Another one after each start, and the same in all containers of a machine: those reach each other where they share the folder.
    private const string BootId = "/proc/sys/kernel/random/boot_id";

    public static string Current()
    {
        var text = File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : Environment.MachineName;
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("fan host " + text)).AsSpan(0, 16));
    }
}
