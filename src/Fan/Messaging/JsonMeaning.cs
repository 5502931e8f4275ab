using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Fan.Generated;

namespace Fan.Messaging;

/// <summary>Holds what the JSON of an application makes of a type against what generated code makes of it. Safe from any thread.</summary>
internal sealed class JsonMeaning(JsonSerializerOptions options)
{
    private static readonly Assembly Platform = typeof(JsonSerializer).Assembly;

    // What is known without anything of the application's own.
    private readonly JsonSerializerOptions _plain = JsonDefaults.Create([], new FanLimits(), contracts: null, reflection: false);

    /// <summary>
    /// What is different, for people; null where nothing is. Of a type that nobody has metadata of nobody has changed anything.
    /// </summary>
    public string? DifferenceOf(CompactTypeFacts facts)
    {
        try
        {
            if (!options.TryGetTypeInfo(facts.Type, out var info) || info.OriginatingResolver is ContractJson) return null;
            return _plain.TryGetTypeInfo(facts.Type, out var plain) ? Difference(info, plain) : Difference(info, facts.Members);
        }
        catch (Exception error) when (error is InvalidOperationException or NotSupportedException or JsonException)
        {
            return $"{facts.Type} has no JSON form: {error.Message}";
        }
    }

    private static string? Difference(JsonTypeInfo info, JsonTypeInfo plain) =>
        info.Kind != plain.Kind || !IsPlatform(info.Converter) && info.Converter.GetType() != plain.Converter.GetType()
        || info.Kind == JsonTypeInfoKind.None && info.Converter.GetType() != plain.Converter.GetType()
            ? OwnConverter(info.Type)
            : OfType(info);

    private string? Difference(JsonTypeInfo info, IReadOnlyList<CompactMemberFacts>? members)
    {
        // A nullable value is of the kind of its value, whose own facts are told too.
        if (!IsPlatform(info.Converter) || Nullable.GetUnderlyingType(info.Type) is null && !IsOfKind(info, members))
        {
            return OwnConverter(info.Type);
        }

        if (info.Type.IsEnum && !IsNumber(info)) return $"{info.Type} is no number in JSON";
        return OfType(info) ?? (members is null ? null : OfMembers(info, members));
    }

    private static bool IsOfKind(JsonTypeInfo info, IReadOnlyList<CompactMemberFacts>? members)
    {
        if (members is not null) return info.Kind == JsonTypeInfoKind.Object;
        return typeof(IEnumerable).IsAssignableFrom(info.Type)
            ? info.Kind is JsonTypeInfoKind.Enumerable or JsonTypeInfoKind.Dictionary
            : info.Kind == JsonTypeInfoKind.None;
    }

    // Texts and numbers come from one converter, which does not tell which of them it writes.
    private static bool IsNumber(JsonTypeInfo info)
    {
        foreach (var number in Enum.GetValuesAsUnderlyingType(info.Type))
            return JsonSerializer.SerializeToElement(Enum.ToObject(info.Type, number), info).ValueKind == JsonValueKind.Number;
        return true;
    }

    private static string? OfType(JsonTypeInfo info)
    {
        var type = info.Type;
        if (info.PolymorphismOptions is not null) return $"{type} stands for derived types in JSON";
        if (info.NumberHandling is not null) return $"{type} has numbers of another form in JSON";
        if (info.UnmappedMemberHandling is not null) return $"{type} says what becomes of unknown members in JSON";
        if (info.PreferredPropertyObjectCreationHandling is not null) return $"{type} is filled in place from JSON";
        return info is { OnSerializing: null, OnSerialized: null, OnDeserializing: null, OnDeserialized: null }
            ? null
            : $"{type} runs code of its own when JSON is written or read";
    }

    private string? OfMembers(JsonTypeInfo info, IReadOnlyList<CompactMemberFacts> members)
    {
        var type = info.Type;
        // As generated code made it, before anybody changed it.
        var made = info.OriginatingResolver is JsonSerializerContext context
            ? ((IJsonTypeInfoResolver)context).GetTypeInfo(type, options)
            : null;
        if (!IsAsMade(info.CreateObject, made?.CreateObject)) return $"{type} is made by code of its own when JSON is read";
        var found = new Dictionary<string, JsonPropertyInfo>(StringComparer.Ordinal);
        foreach (var property in info.Properties)
        {
            if (property.IsExtensionData) return $"'{property.Name}' of {type} takes unknown members of JSON";
            if (property.ObjectCreationHandling is not null) return $"'{property.Name}' of {type} is filled in place from JSON";
            // What only stands in JSON is read by nobody.
            if (property.Set is not null || property.AssociatedParameter is not null) found.Add(property.Name, property);
        }

        foreach (var member in members)
        {
            if (!found.Remove(member.Name, out var property)) return $"'{member.Name}' of {type} is not read from JSON";
            if (Difference(property, member, made?.Properties.FirstOrDefault(other => other.Name == member.Name)) is { } difference)
            {
                return $"'{member.Name}' of {type} {difference}";
            }
        }

        return found.Count == 0 ? null : $"'{found.Keys.First()}' of {type} is only read from JSON";
    }

    private static string? Difference(JsonPropertyInfo property, CompactMemberFacts member, JsonPropertyInfo? made)
    {
        if (property.PropertyType != member.Type) return $"is a {property.PropertyType} in JSON";
        if (property.CustomConverter is not null) return "has a JSON converter of its own";
        if (property.NumberHandling is not null) return "has numbers of another form in JSON";
        if (property.IsRequired != member.IsRequired) return property.IsRequired ? "is required in JSON" : "is not required in JSON";
        if (property.Get is null || !IsWrittenAsDeclared(property)) return "is not always written to JSON";
        return IsAsMade(property.Get, made?.Get) && IsAsMade(property.Set, made?.Set)
            ? null
            : "is read or written by code of its own in JSON";
    }

    // A condition of [JsonIgnore] becomes a function of the platform; the generator knows the attribute.
    private static bool IsWrittenAsDeclared(JsonPropertyInfo property)
    {
        if (property.ShouldSerialize is not { } condition) return true;
        return condition.Target?.GetType().Assembly == Platform
            && property.AttributeProvider?.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: true) is [JsonIgnoreAttribute ignore]
            && ignore.Condition is JsonIgnoreCondition.Never or JsonIgnoreCondition.WhenWritingNull
                or JsonIgnoreCondition.WhenWritingDefault;
    }

    // Reflection and metadata of a type leave functions of the platform, or of no object, or those of the generated code itself; who
    // changes metadata leaves functions of his own.
    private static bool IsAsMade(Delegate? function, Delegate? made) =>
        function?.Target is not { } target || target.GetType().Assembly == Platform || function.Equals(made);

    private static bool IsPlatform(JsonConverter converter) => converter.GetType().Assembly == Platform;

    private static string OwnConverter(Type type) => $"{type} has a JSON converter of its own";
}
