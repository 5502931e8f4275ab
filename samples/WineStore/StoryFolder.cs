namespace WineStore;

/// <summary>Where the processes keep what outlives one of them, and not the story.</summary>
internal sealed class StoryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("winestore-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
