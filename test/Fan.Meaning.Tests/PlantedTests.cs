using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Fan.Meaning.Tests.Cases;
using Fan.Meaning.Tests.Routes;

namespace Fan.Meaning.Tests;

/// <summary>Plants faults of the kind that <see cref="MeaningTests"/> is there to find, and sees that it finds them.</summary>
public sealed class PlantedTests
{
    // As if the generator did not know it: it reads the source without it, and what it writes is compiled with the source as it is.
    [Theory]
    [InlineData(@"\[(property: )?JsonIgnore[^\]]*\] ")]
    [InlineData(@"\[(property: )?JsonPropertyName[^\]]*\] ")]
    [InlineData(@"\[(property: )?JsonInclude\] ")]
    [InlineData(@"\[(property: )?JsonNumberHandling[^\]]*\]\s")]
    [InlineData(@"\[(property: )?JsonConverter[^\]]*\]\s")]
    [InlineData(@"\[(property: )?JsonObjectCreationHandling[^\]]*\]\s")]
    [InlineData(@"\[JsonExtensionData\] ")]
    [InlineData(@"\[JsonConstructor\] ")]
    [InlineData(@"\[JsonDerivedType[^\]]*\]\s")]
    [InlineData(@"(, | : )IJsonOn[A-Za-z, ]+")]
    [InlineData(@"(?<=\w )set(?= \{ field = value; _log)")]
    public async Task What_a_generator_does_not_see_is_found(string unseen)
    {
        var blindTo = new Regex(unseen, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        var cases = Enumerable.Range(1, 2000).Select(Case.From).Where(@case => blindTo.IsMatch(@case.Source)).Take(30);
        var batch = await Batch.RunAsync(cases, blindTo);
        Assert.Contains(batch.Runs, run => run.Differences.Count > 0);
    }

    [Theory]
    [InlineData("hidden")]
    [InlineData("renamed")]
    [InlineData("converted")]
    [InlineData("conditional")]
    [InlineData("replaced")]
    [InlineData("finished")]
    public async Task What_an_application_says_of_its_JSON_holds_on_every_way(string change)
    {
        var batch = await Batch.RunAsync(Enumerable.Range(1, 30).Select(Case.From), null, new DefaultJsonTypeInfoResolver { Modifiers = { info => Change(change, info) } });
        Assert.Empty(batch.Runs.SelectMany(run => run.Differences).Where(difference => difference.IsInUse));
        Assert.Contains(batch.Runs, run => run.Differences.Count > 0);
    }

    private static void Change(string change, JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object || info.Type.Namespace?.StartsWith("Case", StringComparison.Ordinal) != true) return;
        if (change == "finished") info.OnDeserialized = value => info.Type.GetField("_log", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)?.SetValue(value, "finished");
        foreach (var property in info.Properties.ToArray())
        {
            switch (change)
            {
                case "hidden": info.Properties.Remove(property); return;
                case "renamed": property.Name = "x" + property.Name; break;
                case "converted" when property.PropertyType == typeof(string): property.CustomConverter = new Louder(); break;
                case "conditional": property.ShouldSerialize = (_, value) => value is not (0 or null or "" or false); break;
                case "replaced" when property.Get is { } get && property.PropertyType == typeof(int): property.Get = value => (int)get(value)! / 2; break;
            }
        }
    }

    private sealed class Louder : System.Text.Json.Serialization.JsonConverter<string>
    {
        public override string? Read(ref System.Text.Json.Utf8JsonReader reader, Type typeToConvert, System.Text.Json.JsonSerializerOptions options) => reader.GetString() + "!";

        public override void Write(System.Text.Json.Utf8JsonWriter writer, string value, System.Text.Json.JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
