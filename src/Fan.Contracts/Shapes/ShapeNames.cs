using System.Collections.Generic;

namespace Fan.Shapes;

/// <summary>Names in the normal form. Of two with one name the last counts.</summary>
internal static class ShapeNames
{
    public static bool EndsIn(this string text, char mark) => text.Length > 0 && text[text.Length - 1] == mark;

    public static Dictionary<string, ParameterShape> ToDictionaryByName(this IEnumerable<ParameterShape> parameters)
    {
        var byName = new Dictionary<string, ParameterShape>();
        foreach (var parameter in parameters) byName[parameter.Name] = parameter;
        return byName;
    }

    public static Dictionary<string, MemberShape> ToDictionaryByName(this IEnumerable<MemberShape> members)
    {
        var byName = new Dictionary<string, MemberShape>();
        foreach (var member in members) byName[member.Name] = member;
        return byName;
    }
}
