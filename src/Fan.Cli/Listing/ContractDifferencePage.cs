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

        foreach (var member in difference.Members)
        {
            output.WriteLine(member.Change switch
            {
                "added" => terminal.OutColours.Text($"+ {SafeText.Line(member.Type)}.{SafeText.Line(member.New!)}"),
                "removed" => terminal.OutColours.Error($"- {SafeText.Line(member.Type)}.{SafeText.Line(member.Old!)}"),
                _ => terminal.OutColours.Warning(
                    $"~ {SafeText.Line(member.Type)}.{SafeText.Line(member.Old!)} ▸ {SafeText.Line(member.New!)}"),
            });
        }


        output.WriteLine($"methods: {Count(difference.Methods.Select(method => method.Change))}, {difference.Same} the same");
        if (difference.Members.Count > 0) output.WriteLine($"members: {Count(difference.Members.Select(member => member.Change))}");
        output.WriteLine(
            $"callers made for {SafeText.Line(difference.Old)} can call {SafeText.Line(difference.New)}: {Verdict(difference.OldCallers)}");
        output.WriteLine(
            $"callers made for {SafeText.Line(difference.New)} can call {SafeText.Line(difference.Old)}: {Verdict(difference.NewCallers)}");
    }

    private static string Text(MethodDifference method)
    {
        if (method.Old is null || method.New is null) return Signature((method.Old ?? method.New)!);
        var (old, changed) = (Signature(method.Old), Signature(method.New));
        return old == changed ? old : $"{old} ▸ {changed}";
    }

    private static string Signature(MethodReport method) =>
        method.Signature + (method.Result is null ? "" : $": {(method.Kind == "stream" ? "sequence of " : "")}{method.Result}");

    private static string Count(IEnumerable<string> changes)
    {
        var counted = changes.ToLookup(change => change);
        return $"{counted["added"].Count()} added, {counted["removed"].Count()} removed, {counted["changed"].Count()} changed";
    }

    private static string Verdict(Compatibility compatibility) => compatibility switch
    {
        Compatibility.Yes => "yes",
        Compatibility.No => "no, not every method",
        Compatibility.Partly => "yes, but not every value arrives",
        _ => "not known: endpoints do not publish everything that travels",
    };
}
