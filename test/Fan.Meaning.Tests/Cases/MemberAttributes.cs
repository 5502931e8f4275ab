namespace Fan.Meaning.Tests.Cases;

/// <summary>Draws the serializer's attributes for one member.</summary>
internal sealed class MemberAttributes(Draw draw, int wildness)
{
    private static readonly string[] OddNames =
        [
            "ключ", "名\\\"前", "a b", "", "$type", "$id", "<&>'", "\\ud83d\\ude00", "x\\\\y", "value", "Value", "number", "ID", "a\\u0000b",
            "\\u2028", "very.long.name.that.has.more.than.thirty.two.bytes"
        ];

    /// <summary>Each with its brackets; <paramref name="target"/> is as <c>property: </c>.</summary>
    public string Draw(TypeText type, string target = "")
    {
        if (wildness == 0) return "";
        var all = new List<string>();
        if (draw.Chance(12)) all.Add(Ignore(type));
        if (draw.Chance(10)) all.Add($"JsonPropertyName(\"{Name()}\")");
        if (draw.Chance(4)) all.Add("JsonRequired");
        if (draw.Chance(4)) all.Add($"JsonPropertyOrder({draw.Between(-2, 2)})");
        if (wildness > 1 && draw.Chance(3)) all.Add("JsonInclude");
        if (type.Sort == TypeSort.Number && draw.Chance(8) || (wildness > 1 && draw.Chance(1)))
        {
            var handling = draw.Of(
                "AllowReadingFromString | JsonNumberHandling.WriteAsString", "AllowNamedFloatingPointLiterals", "Strict", "WriteAsString");
            all.Add($"JsonNumberHandling(JsonNumberHandling.{handling})");
        }
        if (type.Sort is TypeSort.List or TypeSort.Map or TypeSort.Object && draw.Chance(6))
        {
            all.Add($"JsonObjectCreationHandling(JsonObjectCreationHandling.{draw.Of("Populate", "Populate", "Replace")})");
        }
        if (draw.Chance(6) && Converter(type) is { } converter) all.Add(converter);
        if (wildness > 1 && draw.Chance(1)) all.Add("Obsolete(\"old\")");
        return string.Concat(all.Distinct().Select(attribute => $"[{target}{attribute}] "));
    }

    public string Name() => wildness > 1 ? draw.Of(OddNames) : draw.Of("first", "second", "third_one", "ключ", "a b");

    private string Ignore(TypeText type)
    {
        var mayBeNull = !type.IsValue || type.Text.EndsWith('?');
        var condition = draw.Of(
            "",
            "Always",
            "Never",
            "WhenWritingDefault",
            mayBeNull || draw.Chance(4) ? "WhenWritingNull" : "WhenWritingDefault",
            "WhenWriting",
            "WhenReading");
        return condition.Length == 0 ? "JsonIgnore" : $"JsonIgnore(Condition = JsonIgnoreCondition.{condition})";
    }

    private string? Converter(TypeText type)
    {
        var bare = type.Text.TrimEnd('?');
        if (draw.Chance(15)) return "Vocabulary.Nothing";
        return type.Sort switch
        {
            TypeSort.Enum => "JsonConverter(typeof(" + draw.Of(
                "JsonStringEnumConverter",
                $"JsonStringEnumConverter<{bare}>",
                $"JsonNumberEnumConverter<{bare}>",
                $"Vocabulary.EvenConverter<{bare}>") + "))",
            TypeSort.Text => "JsonConverter(typeof(Vocabulary.ShoutConverter))",
            TypeSort.Number when bare == "int" => "JsonConverter(typeof(Vocabulary.PlusOneConverter))",
            TypeSort.Other => null,
            _ => draw.Chance(50)
                ? "JsonConverter(typeof(Vocabulary.NothingFactory))"
                : $"JsonConverter(typeof(Vocabulary.DefaultConverter<{bare}>))",
        };
    }
}
