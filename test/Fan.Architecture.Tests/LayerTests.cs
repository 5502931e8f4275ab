using Fan.Architecture.Tests.Reading;

namespace Fan.Architecture.Tests;

/// <summary>The folders of each project of src form the layers that ARCHITECTURE.md draws.</summary>
public sealed class LayerTests
{
    private static readonly IReadOnlyList<DrawnLayers> Drawn =
        DrawnLayers.Read(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "ARCHITECTURE.md")));

    public static TheoryData<string> Projects => [.. SourceFolder.Projects];

    [Theory]
    [MemberData(nameof(Projects))]
    public void No_type_uses_one_of_its_own_layer_or_of_a_higher_one(string project)
    {
        var layers = Drawn.Single(drawn => drawn.Project == project);
        Assert.Equal([], Wrong(layers, ArrowsOf(project)));
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_folder_is_drawn_and_every_drawn_one_is_there(string project)
    {
        var drawn = Drawn.Single(one => one.Project == project).Folders.Order(StringComparer.Ordinal);
        Assert.Equal(SourceFolder.FoldersOf(project).Order(StringComparer.Ordinal), drawn);
    }

    [Fact]
    public void No_project_uses_one_of_its_own_layer_or_of_a_higher_one()
    {
        var layers = Drawn.Single(drawn => drawn.Project == "src");
        Assert.Equal(SourceFolder.Projects, layers.Folders.Order(StringComparer.Ordinal));
        var wrong = SourceFolder.Projects.SelectMany(project => AssemblyArrows.ReferencesOf(PathOf(project))
            .Where(other => layers.Folders.Contains(other) && !layers.Allows(project, other)).Select(other => $"{project} uses {other}"));
        Assert.Equal([], wrong);
    }

    [Fact]
    public void Arrows_are_found_in_fields_signatures_bodies_attributes_and_constraints()
    {
        var arrows = AssemblyArrows.Read(typeof(LayerTests).Assembly.Location, "Fan.Architecture.Tests", "test")
            .Where(arrow => arrow.To == nameof(Planted.Ground)).Select(arrow => arrow.From).Distinct().Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "ByAttribute", "ByBase", "ByBody", "ByConstraint", "ByField", "ByGenericArgument", "ByInterfaceOfSignature", "ByLambda",
                "ByLocal", "ByTypeOf"
            ],
            arrows);
    }

    [Fact]
    public void An_arrow_upwards_and_one_within_a_layer_are_wrong()
    {
        var layers = DrawnLayers.Read("```layers\nHouse   Roof\n        Left · Right\n        Ground\n```").Single();
        TypeArrow Arrow(string from, string to) => new("A", from + "/A.cs", "B", to + "/B.cs");
        Assert.Equal([], Wrong(layers, [Arrow("Roof", "Left"), Arrow("Roof", "Ground"), Arrow("Left", "Ground"), Arrow("Left", "Left")]));
        Assert.Equal(["Ground/A.cs: A uses B of Roof"], Wrong(layers, [Arrow("Ground", "Roof")]));
        Assert.Equal(["Left/A.cs: A uses B of Right"], Wrong(layers, [Arrow("Left", "Right")]));
    }

    private static string PathOf(string project) => Path.Combine(AppContext.BaseDirectory, project + ".dll");

    private static IReadOnlyCollection<TypeArrow> ArrowsOf(string project)
    {
        var arrows = AssemblyArrows.Read(PathOf(project), project);
        // A reader that sees nothing would find nothing wrong.
        Assert.True(SourceFolder.FilesOf(project) < 3 || arrows.Count > 0, $"No arrow was read from {project}.");
        return arrows;
    }

    private static IEnumerable<string> Wrong(DrawnLayers layers, IEnumerable<TypeArrow> arrows) => arrows
        .Where(arrow => !layers.Allows(arrow.FromFolder, arrow.ToFolder))
        .Select(arrow => $"{arrow.FromFile}: {arrow.From} uses {arrow.To} of {arrow.ToFolder}")
        .Order(StringComparer.Ordinal);
}
