using System.Linq;
using Fan.Generators.Model;

namespace Fan.Generators.Writing;

/// <summary>Writes the arguments and the method class of one method.</summary>
internal static class MethodWriter
{
    private const string AnyJson = "global::System.Text.Json.JsonElement";

    public static void Write(CodeText code, ServiceModel service, MethodModel method)
    {
        var args = Signatures.ArgumentsType(method);
        if (method.Parameters.Count > 0) Arguments(code, method, args);

        var stream = method.Form == ResultForm.Stream;
        code.Open(
            $"private sealed class {method.Identifier}() : global::Fan.Generated.{(stream ? "StreamMethod" : "UnaryMethod")}<{args}, " +
            $"{method.ResultType}>(Describe())");
        code.Line($"public static readonly {method.Identifier} Instance = new();");
        foreach (var (parameter, i) in method.Parameters.Select((p, i) => (p, i)))
        {
            code.Line(
                $"private static readonly global::System.Text.Json.JsonEncodedText N{i} = " +
                $"global::System.Text.Json.JsonEncodedText.Encode({CodeText.Quote(parameter.WireName)});");
        }

        code.Line();
        Describe(code, method);
        WriteArguments(code, method, args);
        ReadArguments(code, method, args);
        CompactMethodWriter.Write(code, service, method, args);
        Invoke(code, service, method, args, stream);
        code.Close().Line();
    }

    private static void Arguments(CodeText code, MethodModel method, string args)
    {
        code.Open($"private readonly struct {args}({string.Join(", ", method.Parameters.Select((p, i) => $"{p.Type} p{i}"))})");
        foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i))) code.Line($"public readonly {p.Type} P{i} = p{i};");
        code.Close().Line();
    }

    private static void Describe(CodeText code, MethodModel method)
    {
        code.Open("private static global::Fan.MethodDescription Describe() => new()")
            .Line($"Name = {CodeText.Quote(method.WireName)},")
            .Line($"ClrName = {CodeText.Quote(method.ClrName)},")
            .Line($"Kind = global::Fan.MethodKind.{(method.IsPush ? "Push" : method.Form == ResultForm.Stream ? "Stream" : "Rpc")},")
            .Line($"ResultType = typeof({method.ResultTypeOf}),")
            .Line($"Fingerprint = {CodeText.Quote(method.Fingerprint)},");
        if (method.ResultShape is not null) code.Line($"ResultShape = {CodeText.Quote(method.ResultShape)},");
        if (method.ResultAllowsNull) code.Line("ResultAllowsNull = true,");
        if (method.Idempotent) code.Line("Idempotent = true,");
        if (method.TimeoutMilliseconds != 0)
        {
            code.Line($"Timeout = global::System.TimeSpan.FromMilliseconds({method.TimeoutMilliseconds}),");
        }
        if (method.Verb is not null)
        {
            code.Line(
                $"Http = new({CodeText.Quote(method.Verb)}, {CodeText.Quote(method.Template)}, {CodeText.Quote(method.ContentType)}),");
        }
        if (method.Summary is not null) code.Line($"Summary = {CodeText.Quote(method.Summary)},");
        code.Line("Parameters =").OpenWith("[");
        foreach (var p in method.Parameters)
        {
            code.Line(
                $"new({CodeText.Quote(p.WireName)}, {CodeText.Quote(p.ClrName)}, typeof({p.TypeOf}), " +
                $"{(p.IsOptional ? "true" : "false")}, {(p.AllowsNull ? "true" : "false")}) {{ Shape = {CodeText.Quote(p.Shape)} }},");
        }
        code.Close("],").Close("};").Line();
    }

    private static void WriteArguments(CodeText code, MethodModel method, string args)
    {
        code.Open(
            $"public override void WriteArguments(global::System.Text.Json.Utf8JsonWriter writer, in {args} args, " +
            "global::System.Text.Json.JsonSerializerOptions options)")
            .Line("writer.WriteStartObject();");
        foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i)))
        {
            code.Line(
                $"global::Fan.Generated.JsonArguments.{(p.IsOptional && p.Type == AnyJson ? "WriteOptional" : "Write")}(writer, " +
                $"N{i}, args.P{i}, options);");
        }
        code.Line("writer.WriteEndObject();").Close().Line();
    }

    private static void ReadArguments(CodeText code, MethodModel method, string args)
    {
        code.Open(
            $"public override {args} ReadArguments(ref global::System.Text.Json.Utf8JsonReader reader, " +
            "global::System.Text.Json.JsonSerializerOptions options)");
        foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i))) code.Line($"{p.Type} v{i} = {p.Default ?? "default!"};");
        code.Line("ulong seen = 0;")
            .Line("global::Fan.Generated.JsonArguments.Begin(ref reader, this);")
            .Open("while (global::Fan.Generated.JsonArguments.Next(ref reader, this, ref seen, out int index))");
        if (method.Parameters.Count > 0)
        {
            code.Open("switch (index)");
            foreach (var (p, i) in method.Parameters.Select((p, i) => (p, i)))
                code.Line($"case {i}: v{i} = global::Fan.Generated.JsonArguments.Read<{p.Type}>(ref reader, this, {i}, options); break;");
            code.Close();
        }

        code.Close().Line("global::Fan.Generated.JsonArguments.RequireAll(this, seen);")
            .Line(method.Parameters.Count == 0
                ? "return default;"
                : $"return new({string.Join(", ", method.Parameters.Select((_, i) => "v" + i))});")
            .Close().Line();
    }

    private static void Invoke(CodeText code, ServiceModel service, MethodModel method, string args, bool stream)
    {
        var call = Signatures.Invoke(method, $"(({method.DeclaringType})service)");
        var body = method.Form switch
        {
            ResultForm.Stream or ResultForm.ValueTaskOf => call,
            ResultForm.TaskOf or ResultForm.Value => $"new({call})",
            ResultForm.Task => $"global::Fan.Generated.CallResults.AsUnit(new global::System.Threading.Tasks.ValueTask({call}))",
            ResultForm.ValueTask => $"global::Fan.Generated.CallResults.AsUnit({call})",
            _ => null,
        };
        var head = stream
            ? $"public override global::System.Collections.Generic.IAsyncEnumerable<{method.ResultType}> Invoke(object service, " +
                $"{args} args, global::System.Threading.CancellationToken cancellationToken)"
            : $"public override global::System.Threading.Tasks.ValueTask<{method.ResultType}> InvokeAsync(object service, {args} args, " +
                "global::System.Threading.CancellationToken cancellationToken)";
        if (body is not null) code.Line($"{head} => {body};");
        else code.Open(head).Line(call + ";").Line("return default;").Close();
    }
}
