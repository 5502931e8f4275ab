using Microsoft.CodeAnalysis;

namespace Fan.Generators.Tests.Compiling;

/// <summary>Holds a source against what is expected of it: it works, or a diagnostic stands at its place; never anything else.</summary>
/// <remarks>
/// Expected is one or several of these, with <c>|</c> between: <c>works</c>, which means that it compiles and that every call brings all
/// values there and back; <c>compiles</c>, where calls are not tried; either with <c>+ FAN0031</c> for a warning that must be there, after
/// which values may differ; <c>FAN0004</c>, an error that is the only kind there is and stands where the source has <c>[|…|]</c>;
/// <c>FAN*</c>, any of ours.
/// </remarks>
internal static class MemberTable
{
    // What only advises says nothing about whether a contract works.
    private static readonly string[] Advice = ["FAN0006", "FAN0007"];

    /// <param name="expected">What should become of it.</param>
    /// <param name="marked">The source with its marks.</param>
    /// <param name="wireNames">The methods of all its contracts; none where it does not matter.</param>
    /// <param name="beside">Another file of the same project.</param>
    public static async Task HoldsAsync(string expected, string marked, IReadOnlyList<string>? wireNames = null, string beside = "")
    {
        var (source, marks) = Unmark(marked);
        var compilation = ContractCompilation.Of(source, beside);
        var errors = compilation.Errors.ToArray();
        var told = $"{expected} was expected of\n{marked}\n" + string.Join(
            "\n",
            compilation.Generator.Where(one => !Advice.Contains(one.Id)).Concat(compilation.Compiler).Select(ContractCompilation.Explain));
        var ways = expected.Split('|', StringSplitOptions.TrimEntries);
        if (errors.Length > 0)
        {
            Assert.True(errors.All(error => ways.Any(
                way => way == error.Id || (way == "FAN*" && error.Id.StartsWith("FAN", StringComparison.Ordinal)))), told);
            AssertPlaces(errors, marks, told);
            return;
        }

        var warnings = compilation.Generator.Where(one => one.Severity == DiagnosticSeverity.Warning).ToArray();
        var chosen = ways.FirstOrDefault(way => way.Split('+', StringSplitOptions.TrimEntries) is ["works" or "compiles", .. var ids]
            && ids.ToHashSet().SetEquals(warnings.Select(one => one.Id)));
        Assert.True(chosen is not null, told);
        if (warnings.Length > 0) AssertPlaces(warnings, marks, told);
        var assembly = compilation.Load();
        var names = ContractCompilation.Contracts(assembly)
            .SelectMany(contract => contract.Methods)
            .Select(method => method.Name).ToArray();
        Assert.True(names.Length > 0, told);
        if (wireNames is { Count: > 0 }) Assert.Equal(wireNames.Order(), names.Order());
        if (!chosen.StartsWith("works", StringComparison.Ordinal)) return;
        try
        {
            await ContractTrial.RunAsync(assembly, mayLose: warnings.Length > 0);
        }
        catch (Exception error)
        {
            throw new InvalidOperationException(told + "\n" + error.Message, error);
        }
    }

    /// <summary>A source without its marks, and where they stood.</summary>
    public static (string Source, IReadOnlyList<int> Marks) Unmark(string marked)
    {
        var marks = new List<int>();
        for (var at = marked.IndexOf("[|", StringComparison.Ordinal); at >= 0; at = marked.IndexOf("[|", StringComparison.Ordinal))
        {
            marks.Add(at);
            var end = marked.IndexOf("|]", at, StringComparison.Ordinal);
            marked = marked.Remove(end, 2).Remove(at, 2);
        }

        return (marked, marks);
    }

    private static void AssertPlaces(IReadOnlyList<Diagnostic> found, IReadOnlyList<int> marks, string told)
    {
        Assert.True(
            found.All(one => one.Location.GetLineSpan().Path.StartsWith("Source", StringComparison.Ordinal)), "Without a place: " + told);
        Assert.True(marks.All(mark => found.Any(one => one.Location.SourceSpan.Start == mark)), "At another place: " + told);
    }
}
