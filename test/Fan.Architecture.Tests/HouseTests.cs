using Fan.Architecture.Tests.Reading;

namespace Fan.Architecture.Tests;

/// <summary>What a reader of src may rely on.</summary>
public sealed class HouseTests
{
    private const int MostLines = 350;

    [Fact]
    public void No_name_of_a_type_stands_in_two_projects()
    {
        var names = SourceFolder.Projects
            .SelectMany(project => AssemblyArrows.TypesOf(Path.Combine(AppContext.BaseDirectory, project + ".dll"), project)
                .Select(name => (name, project)))
            .GroupBy(type => type.name, type => type.project)
            .Where(projects => projects.Count() > 1)
            .Select(projects => $"{projects.Key}: {string.Join(", ", projects.Order(StringComparer.Ordinal))}")
            .Order(StringComparer.Ordinal);
        Assert.Equal([], names);
    }

    [Fact]
    public void No_file_is_too_long()
    {
        var tooLong = SourceFolder.Lines.Where(file => file.Lines > MostLines).Select(file => $"{file.File}: {file.Lines} lines");
        Assert.Equal([], tooLong);
    }
}
