namespace Fan.Architecture.Tests.Reading;

/// <summary>One type that uses another one of the same assembly.</summary>
/// <param name="From">The type that uses; its outermost one where it is nested.</param>
/// <param name="FromFile">The file of <paramref name="From"/>, from the folder of the project on.</param>
/// <param name="To">The type that is used.</param>
/// <param name="ToFile">The file of <paramref name="To"/>.</param>
internal sealed record TypeArrow(string From, string FromFile, string To, string ToFile)
{
    /// <summary>The folder of a file; a project's own folder is <c>.</c>.</summary>
    public static string FolderOf(string file) => file.IndexOf('/') is > 0 and var end ? file[..end] : ".";

    public string FromFolder => FolderOf(FromFile);

    public string ToFolder => FolderOf(ToFile);
}
