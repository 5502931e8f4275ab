using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Fan.Coordination;

namespace Fan.Sqlite;

/// <summary>Where the store is that nobody named: a file in a folder of the user's own, which nobody else reads or writes.</summary>
internal static partial class DefaultPlace
{
    private const string WhatToDo = "name another store with Fan:Store or FAN_STORE";
    private const int UidOffset = 20;

    private const UnixFileMode OwnerReadsAndWrites = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnly = OwnerReadsAndWrites | UnixFileMode.UserExecute;
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The path of the file.</summary>
    /// <exception cref="FormatException">The user has no folder for it: it is never one that others share.</exception>
    public static string Find(Func<string, string?> environment)
    {
        if (OperatingSystem.IsWindows())
        {
            return FileIn(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
                "the user has no folder for local application data");
        }

        // What is not absolute counts as not set: https://specifications.freedesktop.org/basedir-spec/latest/
        if (environment("XDG_DATA_HOME") is { } data && Path.IsPathRooted(data)) return FileIn(data, "");
        var home = environment("HOME") is { Length: > 0 } given
            ? given
            : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify);
        return FileIn(Path.IsPathRooted(home) && home != "/" ? Path.Combine(home, ".local", "share") : "", "the user has no home");
    }

    /// <summary>Makes the folder of the file, where it is missing.</summary>
    /// <exception cref="StoreUnavailableException">Others could put files into it.</exception>
    public static void Prepare(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
            return;
        }

        Directory.CreateDirectory(folder, OwnerOnly);
        if (!IsOurs(folder))
        {
            throw new StoreUnavailableException($"The folder '{folder}' of the default store belongs to another user: {WhatToDo}.");
        }

        if ((File.GetUnixFileMode(folder) & OthersWrite) != UnixFileMode.None)
        {
            throw new StoreUnavailableException(
                $"The folder '{folder}' of the default store can be written by other users: take that away (chmod go-w), or {WhatToDo}.");
        }
    }

    /// <summary>Takes the file away from others; SQLite makes those beside it alike.</summary>
    /// <exception cref="StoreUnavailableException">It is another user's.</exception>
    public static void Close(string file)
    {
        if (OperatingSystem.IsWindows()) return;
        foreach (var part in (string[])[file, file + "-wal", file + "-shm", file + "-of"])
        {
            if (!File.Exists(part)) continue;
            if (!IsOurs(part))
            {
                throw new StoreUnavailableException(
                    $"The file '{part}' of the default store belongs to another user: remove it, or {WhatToDo}.");
            }

            if (File.GetUnixFileMode(part) != OwnerReadsAndWrites) File.SetUnixFileMode(part, OwnerReadsAndWrites);
        }
    }

    private static string FileIn(string folder, string why) =>
        folder.Length > 0
            ? Path.Combine(folder, "fan", "fan.db")
            : throw new FormatException($"There is no place for the default store, as {why}: {WhatToDo}.");

    [UnsupportedOSPlatform("windows")]
    private static bool IsOurs(string path)
    {
        if (OperatingSystem.IsLinux())
        {
            const int CurrentFolder = -100;
            const uint Uid = 8;
            var facts = new byte[256];
            return StatX(CurrentFolder, path, 0, Uid, facts) == 0 && BitConverter.ToUInt32(facts, UidOffset) == EffectiveUser();
        }

        try
        {
            // Only the owner, and the superuser, may set it.
            File.SetUnixFileMode(path, File.GetUnixFileMode(path));
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte[] facts);
}
