using System.Linq;
using Fan.Generators.Model;
using Fan.Generators.Reading;

namespace Fan.Generators.Writing;

/// <summary>Writes how the arguments and the result of one method stand in the compact form.</summary>
internal static class CompactMethodWriter
{
    public static void Write(CodeText code, ServiceModel service, MethodModel method, string args)
    {
        if (!method.IsCompact) return;
        code.Line("public override bool IsCompact => true;")
            .Line("public override global::System.Collections.Generic.IReadOnlyList<string> CompactNames => CompactFacts.Names;")
            .Line(
                "public override global::System.Collections.Generic.IReadOnlyList<global::Fan.Generated.CompactTypeFacts> CompactTypes " +
                $"=> [{string.Join(", ", method.CompactTypes.Select(id => "CompactFacts.F" + id))}];")
            .Line();
        WriteArguments(code, service, method, args);
        ReadArguments(code, service, method, args);
        if (method.Result == WireTypes.None) return;
        code.Open(
            $"public override void WriteCompactResult({CompactTypeWriter.Writer.Replace(" w", " writer")}, {method.ResultType} value)")
                .Line("ref global::Fan.Generated.CompactWriter w = ref writer;");
        CompactTypeWriter.Alone(code, service, method.Result, "value");
        code.Close().Line()
            .Open($"public override {method.ResultType} ReadCompactResult({CompactTypeWriter.Reader.Replace(" r", " reader")})")
            .Line("ref global::Fan.Generated.CompactReader r = ref reader;")
            .Line("uint kind = r.Kind();")
            .Line($"return {CompactTypeWriter.Read(service, method.Result, "kind")};")
            .Close().Line();
    }

    // An optional argument with its default value stays away, so that a service that does not know it yet takes the call.
    private static void WriteArguments(CodeText code, ServiceModel service, MethodModel method, string args)
    {
        code.Open($"public override void WriteCompact({CompactTypeWriter.Writer.Replace(" w", " writer")}, in {args} args)")
            .Line("ref global::Fan.Generated.CompactWriter w = ref writer;");
        var always = method.Parameters.Count(p => !p.IsOptional);
        foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i)).Where(p => p.p.IsOptional))
            code.Line($"bool is{i} = {Differs(service, p, "args.P" + i, "given" + i)};");
        var optional = string.Concat(method.Parameters.Select((p, i) => p.IsOptional ? $" + (is{i} ? 1u : 0u)" : ""));
        code.Line($"w.BeginObject({always}u{optional});");
        foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i)))
        {
            if (p.IsOptional) code.Open($"if (is{i})");
            CompactTypeWriter.Member(code, service, CompactWire.TagOf(p.WireName), p.Place, "args.P" + i);
            if (p.IsOptional) code.Close();
        }

        code.Line("w.End();").Close().Line();
    }

    // By its bits: what equals the default and is another value, as -0.0 and 1.10m, is sent.
    private static string Differs(ServiceModel service, ParameterModel parameter, string value, string given)
    {
        var type = service.WireTypes[parameter.Place];
        if (parameter.Default is not { } text)
        {
            if (type.IsReference) return $"{value} is not null";
            if (type.Form == WireForm.Nullable) return $"{value}.HasValue";
            text = $"default({type.TypeName})";
        }

        return type.Form switch
        {
            WireForm.Scalar when type.Cast.Length > 0 => $"{value} != {text}",
            WireForm.Scalar => $"!global::Fan.Generated.CompactDefaults.Same({value}, ({type.TypeName})({text}))",
            WireForm.Nullable when service.WireTypes[type.Element] is { Form: WireForm.Scalar } inner => inner.Cast.Length > 0
                ? $"{value} != {text}"
                : $"!({value} is {{ }} {given} && global::Fan.Generated.CompactDefaults.Same({given}, ({inner.TypeName})({text})))",
            // Of a struct it can't be told without comparing all of it.
            _ => "true",
        };
    }

    private static void ReadArguments(CodeText code, ServiceModel service, MethodModel method, string args)
    {
        code.Open($"public override {args} ReadCompact({CompactTypeWriter.Reader.Replace(" r", " reader")})")
            .Line("ref global::Fan.Generated.CompactReader r = ref reader;");
        foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i))) code.Line($"{p.Type} v{i} = {p.Default ?? "default!"};");
        code.Line("ulong seen = 0;")
            .Open("for (uint members = r.BeginMembers(); members > 0; members--)")
            .Line("uint tag = r.Tag();")
            .Line("uint k = tag & 15;")
            .Open("switch (tag >> 4)");
        foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i)))
        {
            code.Line($"case {CompactWire.TagOf(p.WireName)}u:")
                .Line($"    if ((seen & {1UL << i}UL) != 0) throw global::Fan.Generated.CompactArguments.Twice(this, {i});");
            if (!p.AllowsNull) code.Line($"    if (k == 0) throw global::Fan.Generated.CompactArguments.Null(this, {i});");
            code.Line($"    seen |= {1UL << i}UL;")
                .Line($"    v{i} = {CompactTypeWriter.Read(service, p.Place, "k")};")
                .Line("    break;");
        }

        var all = method.Parameters.Count == 64 ? ulong.MaxValue : (1UL << method.Parameters.Count) - 1;
        code.Line("default: throw global::Fan.Generated.CompactArguments.Unknown(this, tag);")
            .Close().Close()
            .Line("r.End();")
            .Line($"if (seen != {all}UL) global::Fan.Generated.JsonArguments.RequireAll(this, seen);")
            .Line(method.Parameters.Count == 0
                ? "return default;"
                : $"return new({string.Join(", ", method.Parameters.Select((_, i) => "v" + i))});")
            .Close().Line();
    }
}
