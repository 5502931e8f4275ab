using System.ComponentModel;
using System.Globalization;

namespace Fan.Generated;

/// <summary>What generated code calls to say what is wrong with the arguments of a call in the compact form.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class CompactArguments
{
    /// <summary>An argument that the method does not have.</summary>
    public static BadArgumentException Unknown(ServiceMethod method, uint tag)
    {
        ArgumentNullException.ThrowIfNull(method);
        var name = "#" + (tag >> CompactKind.TagBits).ToString("x7", CultureInfo.InvariantCulture);
        var known = method.Description.Parameters.Count == 0
            ? "it takes none"
            : "it takes " + string.Join(", ", method.Description.Parameters.Select(p => p.Name));
        return new BadArgumentException(name, $"'{method.Name}' has no argument with the tag {name}; {known}.");
    }

    /// <summary>An argument that stands there twice.</summary>
    public static BadArgumentException Twice(ServiceMethod method, int index)
    {
        ArgumentNullException.ThrowIfNull(method);
        var name = method.Description.Parameters[index].Name;
        return new BadArgumentException(name, $"Argument '{name}' of '{method.Name}' is given twice.");
    }

    /// <summary>An argument that is null and must not be.</summary>
    public static BadArgumentException Null(ServiceMethod method, int index)
    {
        ArgumentNullException.ThrowIfNull(method);
        var name = method.Description.Parameters[index].Name;
        return new BadArgumentException(name, $"Argument '{name}' of '{method.Name}' must not be null.");
    }
}
