using Fan.Cli.Output;

namespace Fan.Cli.Listing;

/// <summary>The difference of two versions for people.</summary>
internal static class ContractDifferencePage
{
    public static void Write(Terminal terminal, ContractDifference difference)
    {
        var output = terminal.Out;
        foreach (var method in difference.Methods)
        {
            var text = SafeText.Line(Text(method));
            output.WriteLine(method.Change switch
            {
                "added" => terminal.OutColours.Text("+ " + text),
                "removed" => terminal.OutColours.Error("- " + text),
                _ => terminal.OutColours.Warning("~ " + text),
            });
            foreach (var reason in method.Why) output.WriteLine(terminal.OutColours.Faint($"    {SafeText.Line(reason)}"));
        }

        output.WriteLine($"{Count(difference.Methods, "added")} added, {Count(difference.Methods, "removed")} removed, {Count(difference.Methods, "changed")} changed, {difference.Same} the same");
        output.WriteLine($"callers made for {SafeText.Line(difference.Old)} can call {SafeText.Line(difference.New)}: {Verdict(difference.OldCallers)}");
        output.WriteLine($"callers made for {SafeText.Line(difference.New)} can call {SafeText.Line(difference.Old)}: {Verdict(difference.NewCallers)}");
    }

    private static string Text(MethodDifference method)
    {
        if (method.Old is null || method.New is null) return Signature((method.Old ?? method.New)!);
        var (old, changed) = (Signature(method.Old), Signature(method.New));
        return old == changed ? old : $"{old} ▸ {changed}";
    }

    private static string Signature(MethodReport method) => method.Signature + (method.Result is null ? "" : $": {(method.Kind == "stream" ? "sequence of " : "")}{method.Result}");

    private static int Count(IReadOnlyList<MethodDifference> methods, string change) => methods.Count(method => method.Change == change);

    private static string Verdict(Compatibility compatibility) => compatibility switch
    {
        Compatibility.Yes => "yes",
        Compatibility.No => "no, not every method",
        _ => "not known: types have other members, of which endpoints publish a fingerprint only",
    };
}
