using System.Collections.Frozen;

namespace Fan.Architecture.Tests;

/// <summary>
/// The layers of one project as ARCHITECTURE.md draws them: what stands further up may use what stands below it, and nothing else.
/// </summary>
internal sealed class DrawnLayers
{
    private const string Fence = "```";
    private const string FenceOfLayers = "```layers";

    private readonly FrozenDictionary<string, int> _heights;

    private DrawnLayers(string project, IReadOnlyList<string[]> lines)
    {
        Project = project;
        // Counted from below, so that a higher number is a higher layer.
        _heights = lines.Reverse().SelectMany((folders, height) => folders.Select(folder => (folder, height)))
            .ToFrozenDictionary(pair => pair.folder, pair => pair.height);
    }

    public string Project { get; }

    public IEnumerable<string> Folders => _heights.Keys;

    /// <summary>Whether a type of the one folder may use a type of the other one.</summary>
    public bool Allows(string from, string to) =>
        from == to || (_heights.TryGetValue(from, out var above) && _heights.TryGetValue(to, out var below) && above > below);

    /// <summary>The projects of the page, each a name and, in lines from the top to the ground, the folders of its layers.</summary>
    public static IReadOnlyList<DrawnLayers> Read(string page)
    {
        var drawn = new List<DrawnLayers>();
        foreach (var block in Blocks(page.Split('\n')))
        {
            var (name, lines) = ("", new List<string[]>());
            foreach (var line in block)
            {
                // A line that begins at the edge begins a project.
                if (!char.IsWhiteSpace(line[0]))
                {
                    if (name.Length > 0) drawn.Add(new DrawnLayers(name, lines));
                    (name, lines) = (line.Split(' ', 2)[0], []);
                }

                var folders = char.IsWhiteSpace(line[0]) ? line : line[name.Length..];
                lines.Add(folders.Split([' ', '·'], StringSplitOptions.RemoveEmptyEntries));
            }

            if (name.Length > 0) drawn.Add(new DrawnLayers(name, lines));
        }

        return drawn;
    }

    private static IEnumerable<List<string>> Blocks(IEnumerable<string> lines)
    {
        List<string>? block = null;
        foreach (var line in lines.Select(line => line.TrimEnd()))
        {
            if (block is null && line == FenceOfLayers) block = [];
            else if (block is not null && line == Fence)
            {
                yield return block;
                block = null;
            }
            else if (line.Length > 0) block?.Add(line);
        }
    }
}
