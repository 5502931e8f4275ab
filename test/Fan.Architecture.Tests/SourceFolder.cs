namespace Fan.Architecture.Tests;

/// <summary>The files of src.</summary>
internal static class SourceFolder
{
    private static readonly string Root = Path.Combine(FindRepository(), "src");

    public static IEnumerable<string> Projects =>
        Directory.GetDirectories(Root).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal);

    /// <summary>The folders of a project that hold code; <c>.</c> for its own.</summary>
    public static IEnumerable<string> FoldersOf(string project) => Files(project).Select(Reading.TypeArrow.FolderOf).Distinct();

    /// <summary>All files, each from <c>src</c> on, and their lines.</summary>
    public static IEnumerable<(string File, int Lines)> Lines => Projects
        .SelectMany(project => Files(project).Select(file => project + "/" + file))
        .Select(file => (file, File.ReadLines(Path.Combine(Root, file)).Count()));

    public static int FilesOf(string project) => Files(project).Count();

    private static IEnumerable<string> Files(string project)
    {
        var folder = Path.Combine(Root, project);
        return Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/", StringComparison.Ordinal) && !file.StartsWith("bin/", StringComparison.Ordinal));
    }

    private static string FindRepository()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Fan.slnx"))) return folder;
        }

        throw new InvalidOperationException("The repository's Fan.slnx is not above the tests.");
    }
}
