using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Fan.Ipc.Sockets;

/// <summary>Tells whose a folder is, which .NET does not.</summary>
[UnsupportedOSPlatform("windows")]
internal static partial class FolderOwner
{
    // struct statx is the same on all machines with Linux.
    private const int StatBytes = 256;
    private const int OwnerOffset = 20;
    private const uint OwnerMask = 0x8;
    private const int CurrentFolder = -100;
    private const int DoNotFollow = 0x100;

    /// <summary>Whether a folder belongs to the user that this process runs as.</summary>
    /// <exception cref="IOException">It can't be looked at.</exception>
    public static bool IsOurs(string folder)
    {
        try
        {
            var stat = new byte[StatBytes];
            if (OperatingSystem.IsLinux() && Statx(CurrentFolder, folder, DoNotFollow, OwnerMask, stat) == 0)
            {
                return BitConverter.ToUInt32(stat, OwnerOffset) == EffectiveUser();
            }
        }
        catch (EntryPointNotFoundException)
        {
            // An old C library: as elsewhere.
        }

        try
        {
            // Only its owner may set the rights that it has already; and the superuser, whom this does not tell apart.
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint mask, [Out] byte[] stat);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
