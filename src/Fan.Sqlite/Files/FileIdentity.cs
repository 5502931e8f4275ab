using System.Globalization;
using System.Runtime.InteropServices;

namespace Fan.Sqlite.Files;

/// <summary>
/// Tells the file that stands under a name from every other that stood there before or comes after it, as long as that one is held open.
/// </summary>
/// <param name="Mark">What no other file has at the same time.</param>
/// <param name="Bytes">Its size.</param>
internal readonly partial record struct FileIdentity(string Mark, long Bytes)
{
    private const int Facts = 256;
    private const int InodeOffset = 32;
    private const int SizeOffset = 40;
    private const int DeviceOffset = 136;

    /// <summary>
    /// The file of that name; null where there is none, or nobody says. Never opens it: closing it would drop the locks that this process
    /// has on it.
    /// </summary>
    public static FileIdentity? Of(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            const int CurrentFolder = -100;
            const uint InodeAndSize = 0x300;
            var facts = new byte[Facts];
            if (StatX(CurrentFolder, path, 0, InodeAndSize, facts) != 0) return null;
            var mark = string.Create(
                CultureInfo.InvariantCulture,
                $"{BitConverter.ToUInt64(facts, DeviceOffset):x}:{BitConverter.ToUInt64(facts, InodeOffset):x}");
            return new FileIdentity(mark, BitConverter.ToInt64(facts, SizeOffset));
        }

        var file = new FileInfo(path);
        return file.Exists ? new FileIdentity(file.CreationTimeUtc.Ticks.ToString(CultureInfo.InvariantCulture), file.Length) : null;
    }

    // https://man7.org/linux/man-pages/man2/statx.2.html: the structure is the same on every architecture.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte[] facts);
}
