using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Fan.Tests.Model;

/// <summary>How a model departs from what applications do when the log is restored. Each must be found.</summary>
internal enum RestoreMistake
{
    None,

    /// <summary>An application takes a commit of the number that it has applied, or of the next one, for one of its log.</summary>
    ComparesNumbersOnly,

    /// <summary>The committer takes an application's number for one of its log.</summary>
    CountsNumbersOfAnotherLog,

    /// <summary>An application reads the tree, and then which commit has that number.</summary>
    ReadsTheFingerprintLater,

    /// <summary>An application whose session outlived the restore leaves what the record says.</summary>
    KeepsAnOldRecord,
}

/// <summary>A commit in the log.</summary>
/// <param name="Id">Its fingerprint: another one for each that was ever made.</param>
/// <param name="Follows">The fingerprint of the one before it; 0 where there is none.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Entry(int Id, int Follows);

/// <summary>What a record says: the number that was applied, and the fingerprint.</summary>
internal sealed record Said(int Number, int Fingerprint)
{
    public override string ToString() => $"{Number} ({Fingerprint})";
}

/// <summary>A copy of the store.</summary>
internal sealed record Saved(ImmutableArray<Entry> Log, ImmutableArray<Said?> Records);

internal enum FollowStage
{
    Follows,
    Registers,
    HasRead,
    ReadsTheTree,
    HasReadTheTree,
}

/// <summary>An application: what the store has of it, and what it has in memory.</summary>
internal sealed record Follower
{
    public FollowStage Stage { get; init; }

    public Said? Record { get; init; }

    public Said? Writing { get; init; }

    public int Number { get; init; }

    /// <summary>The fingerprint of what it has applied, as it knows it; 0 where it knows none.</summary>
    public int Fingerprint { get; init; }

    /// <summary>Of which commit its routes really are; -1 of none that there was.</summary>
    public int Content { get; init; }

    public int Head { get; init; }

    public Entry Seen { get; init; }

    public bool IsRestarting { get; init; }

    public bool IsToTell { get; init; }

    /// <summary>Whether it begins no call, as it did not read the log since its session had ended.</summary>
    public bool IsReturning { get; init; }

    /// <summary>Whether the connection broke, and it did not look since whether the session still has its record.</summary>
    public bool IsInterrupted { get; init; }

    public Said Says => new(Number, Fingerprint);

    public Follower Follows() =>
        this with { Stage = FollowStage.Follows, Head = 0, Seen = default, IsRestarting = false, IsReturning = false };

    public Follower Applies(int number, int fingerprint) => this with { Number = number, Fingerprint = fingerprint, IsToTell = true };
}

internal enum CommitStage
{
    Idle,
    HasRead,
    Waits,
}

internal sealed record Changer
{
    public CommitStage Stage { get; init; }

    /// <summary>Changes that it has made.</summary>
    public int Left { get; init; }

    public int Number { get; init; }

    public int Fingerprint { get; init; }

    /// <summary>Restores before it committed.</summary>
    public int Restores { get; init; }

    public ImmutableArray<bool> Seen { get; init; } = [];
}

/// <summary>A state of the whole system.</summary>
internal sealed record RestoreState
{
    public ImmutableArray<Entry> Log { get; init; } = [];

    public int LastId { get; init; } = 1;

    public Saved? Backup { get; init; }

    public int Restores { get; init; }

    public ImmutableArray<Follower> Followers { get; init; } = [];

    public Changer Committer { get; init; } = new();

    /// <summary>The newest commit; none where the log is empty.</summary>
    public Entry Top => Log.Length == 0 ? default : Log[^1];

    public RestoreState With(int i, Follower follower) => this with { Followers = Followers.SetItem(i, follower) };

    public string Key()
    {
        var followers = Followers
            .Select(
                (f, i) =>
                    $"{(int)f.Stage},{f.Record},{f.Writing},{f.Number},{f.Fingerprint},{f.Content},{f.Head},{f.Seen.Id},{f.Seen.Follows}," +
                    $"{f.IsRestarting},{f.IsToTell},{f.IsReturning},{f.IsInterrupted}," +
                    $"{(Committer.Seen.Length > 0 ? Committer.Seen[i] : null)},{Backup?.Records[i]}")
            .Order(StringComparer.Ordinal);
        return string.Join('|', (IEnumerable<string>)[
            Text(Log),
            Backup is null ? "-" : Text(Backup.Log),
            $"{LastId},{Restores},{(int)Committer.Stage},{Committer.Left},{Committer.Number},{Committer.Fingerprint},{Committer.Restores}",
            .. followers
        ]);
    }

    private static string Text(ImmutableArray<Entry> log) => string.Join(' ', log.Select(entry => $"{entry.Id}:{entry.Follows}"));
}
