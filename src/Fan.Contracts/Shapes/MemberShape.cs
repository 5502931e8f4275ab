using System;

namespace Fan.Shapes;

/// <summary>One member of an object, as <c>name: type</c> or <c>required name: type</c>.</summary>
internal sealed record MemberShape(string Name, bool IsRequired, string Type)
{
    private const string Required = "required ";

    public static MemberShape Parse(string text)
    {
        var required = text.StartsWith(Required, StringComparison.Ordinal);
        var rest = required ? text.Substring(Required.Length) : text;
        // The name is anybody's, the type is ours.
        var colon = rest.LastIndexOf(": ", StringComparison.Ordinal);
        return colon < 0
            ? new MemberShape(rest, required, "")
            : new MemberShape(rest.Substring(0, colon), required, rest.Substring(colon + 2));
    }

    public override string ToString() => $"{(IsRequired ? Required : "")}{Name}: {Type}";
}
