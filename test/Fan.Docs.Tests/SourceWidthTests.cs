using System.Runtime.CompilerServices;

namespace Fan.Docs.Tests;

/// <summary>No line of the sources is wider than a review shows.</summary>
public sealed class SourceWidthTests
{
    /// <summary>As <c>max_line_length</c> in .editorconfig says.</summary>
    private const int Widest = 140;

    private static readonly string[] Folders = ["src", "test", "bench", "samples"];
    private static readonly string[] NotWritten = ["obj", "bin", "artifacts"];

    [Fact]
    public void No_line_is_wider_than_140_columns() => Assert.Empty(Folders.SelectMany(folder => TooWide(Path.Combine(Root(), folder))));

    [Fact]
    public void The_sources_of_every_folder_are_looked_at() =>
        Assert.All(Folders, folder => Assert.NotEmpty(Sources(Path.Combine(Root(), folder))));

    [Fact]
    public void The_width_is_that_of_the_editors() =>
        Assert.Contains($"max_line_length = {Widest}", File.ReadAllLines(Path.Combine(Root(), ".editorconfig")));

    [Fact]
    public void A_wide_line_is_told_with_its_file_and_line()
    {
        var folder = Directory.CreateTempSubdirectory("fan-width-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "A.cs"), $"{new string('a', Widest)}\r\n{new string('ž', Widest + 1)}\n");
            Directory.CreateDirectory(Path.Combine(folder.FullName, "obj"));
            File.WriteAllText(Path.Combine(folder.FullName, "obj", "B.cs"), new string('b', Widest + 1));
            File.WriteAllText(Path.Combine(folder.FullName, "C.g.cs"), new string('c', Widest + 1));
            Assert.EndsWith($"A.cs:2: {Widest + 1} columns", Assert.Single(TooWide(folder.FullName)), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IEnumerable<string> TooWide(string folder) =>
        Sources(folder).SelectMany(file => File.ReadLines(file)
            .Select((line, at) => (line.Length, Line: at + 1))
            .Where(line => line.Length > Widest)
            .Select(line => $"{Path.GetRelativePath(Root(), file)}:{line.Line}: {line.Length} columns"));

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.EndsWith(".g.cs", StringComparison.Ordinal)
                && !Path.GetRelativePath(folder, file).Split(Path.DirectorySeparatorChar).Any(NotWritten.Contains))
            .Order(StringComparer.Ordinal);

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../.."));
}
