using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
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
    [InlineData(@"\[(property: )?JsonInclude\] ")]
    [InlineData(@"\[(property: )?JsonNumberHandling\(JsonNumberHandling\.Strict\)\] (?=[a-z ]*\b(double|float)\b)")]
    [InlineData(@"\[(property: )?JsonConverter[^\]]*\]\s")]
    [InlineData(@"\[(property: )?JsonObjectCreationHandling[^\]]*\]\s")]
    [InlineData(@"\[JsonConstructor\] (?=public)")]
    [InlineData(@"\[JsonDerivedType[^\]]*\]\s")]
    [InlineData(@"(, | : )IJsonOn[A-Za-z, ]+")]
    public async Task What_a_generator_does_not_see_is_found(string unseen)
    {
        var blindTo = new Regex(unseen, RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(10));
        var cases = Enumerable.Range(1, 3000).Select(Case.From).Where(@case => blindTo.IsMatch(@case.Source));
        foreach (var chunk in cases.Take(80).Chunk(16))
        {
            var found = (await Batch.RunAsync(chunk, blindTo)).Runs.Where(run => run.Differences.Count > 0)
                .Select(run => run.Case).ToArray();
            // Found for what was planted, as without it there is nothing.
            if (found.Length > 0 && (await Batch.RunAsync(found)).Runs.Any(run => run.Differences.Count == 0)) return;
        }

        Assert.Fail("Nothing was found.");
    }

    [Theory]
    [InlineData("hidden")]
    [InlineData("converted")]
    [InlineData("conditional")]
    [InlineData("replaced")]
    [InlineData("finished")]
    public async Task What_an_application_says_of_its_JSON_holds_on_every_way(string change)
    {
        var batch = await Batch.RunAsync(
            Enumerable.Range(1, 30).Select(Case.From),
            null,
            new DefaultJsonTypeInfoResolver { Modifiers = { info => Change(change, info) } });
        Assert.DoesNotContain(batch.Runs.SelectMany(run => run.Differences), difference => difference.IsInUse);
        // Nothing was held back for nothing.
        Assert.True(batch.Runs.Any(run => run.Differences.Count > 0), "No difference was planted.");
    }

    private static void Change(string change, JsonTypeInfo info)
    {
        if (info.Kind != JsonTypeInfoKind.Object || info.Type.Namespace?.StartsWith("Case", StringComparison.Ordinal) != true) return;
        if (change == "finished")
        {
            info.OnDeserialized = value => info.Type.GetFields(BindingFlags.NonPublic | BindingFlags.Instance)
                .FirstOrDefault(field => field.FieldType == typeof(string))?.SetValue(value, "finished");
        }
        foreach (var property in info.Properties.ToArray())
        {
            switch (change)
            {
                case "hidden": info.Properties.Remove(property); return;
                case "converted" when property.PropertyType == typeof(string): property.CustomConverter = new Louder(); break;
                case "conditional": property.ShouldSerialize = (_, value) => value is not (0 or null or "" or false); break;
                case "replaced" when property.Get is not null:
                    property.Get = _ => property.PropertyType.IsValueType
                        ? RuntimeHelpers.GetUninitializedObject(property.PropertyType)
                        : null;
                    break;
            }
        }
    }

    private sealed class Louder : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() + "!";

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}
