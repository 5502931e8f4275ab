using System.Globalization;
using System.Text;

namespace Fan.Generated;

/// <summary>
/// Finds out what a byte belongs to: the payload is read again, as far as that byte, with the names of whoever reads it. Only errors need
/// it.
/// </summary>
internal ref struct CompactPlace
{
    private readonly Dictionary<uint, string> _names = [];
    private readonly StringBuilder _path = new();
    private readonly int _position;
    private readonly int _ofObject;
    private CompactReader _reader;

    private CompactPlace(ReadOnlySpan<byte> bytes, int maxDepth, int depth, CompactFormatException error, IEnumerable<string> names)
    {
        _reader = new CompactReader(bytes, maxDepth, depth);
        (_position, _ofObject) = (error.Position, error.OfObject);
        foreach (var name in names) _names.TryAdd(CompactKind.TagOf(name), name);
    }

    /// <summary>The path of an error among arguments, as <c>wine.grapes[3].name</c>; empty for the payload as a whole.</summary>
    public static string OfArgument(ReadOnlySpan<byte> bytes, int maxDepth, CompactFormatException error, IEnumerable<string> names)
    {
        var place = new CompactPlace(bytes, maxDepth, CompactKind.AroundArguments, error, names);
        place.TryWalk(isValue: false);
        return place._path.ToString();
    }

    /// <summary>
    /// The path of what was just read when the code of its type threw: an object, where one ends there, else the value of the last byte.
    /// </summary>
    public static string OfArgument(ReadOnlySpan<byte> bytes, int maxDepth, int position, int depth, IReadOnlyList<string> names)
    {
        var ended = OfArgument(bytes, maxDepth, new CompactFormatException("", position, depth + 1), names);
        return ended.Length > 0 ? ended : OfArgument(bytes, maxDepth, new CompactFormatException("", position - 1), names);
    }

    /// <summary>The path of an error in a value, as <c>grapes[3].name</c>.</summary>
    public static string OfValue(ReadOnlySpan<byte> bytes, int maxDepth, CompactFormatException error, IEnumerable<string> names)
    {
        var place = new CompactPlace(bytes, maxDepth, 0, error, names);
        place.TryWalk(isValue: true);
        return place._path.ToString();
    }

    private void TryWalk(bool isValue)
    {
        try
        {
            Walk(isValue ? _reader.Kind() : CompactKind.Object);
        }
        catch (CompactFormatException)
        {
            // As far as the bytes can be followed.
        }
    }

    // True where the byte was found: the path stays as it is then.
    private bool Walk(uint kind)
    {
        switch (kind)
        {
            case CompactKind.Object:
                for (var members = _reader.BeginObject(kind); members > 0; members--)
                {
                    if (IsFound(_position)) return true;
                    var tag = _reader.Tag();
                    var name = _names.GetValueOrDefault(tag >> CompactKind.TagBits)
                        ?? "#" + (tag >> CompactKind.TagBits).ToString("x7", CultureInfo.InvariantCulture);
                    if (Step(tag & CompactKind.Mask, _path.Length == 0 ? name : "." + name)) return true;
                }

                if (_ofObject == _reader.Depth && _reader.Position == _position) return true;
                break;
            case CompactKind.List:
                var count = _reader.BeginList(kind, out var items);
                for (var i = 0; i < count; i++)
                {
                    if (Step(_reader.Item(items), $"[{i}]")) return true;
                }

                break;
            case CompactKind.Map:
                count = _reader.BeginMap(kind, out var keys, out var values);
                for (var i = 0; i < count; i++)
                {
                    if (Step(keys, $"[key {i}]") || Step(_reader.Item(values), $"[value {i}]")) return true;
                }

                break;
            default:
                _reader.Skip(kind);
                return IsFound(_position + 1);
        }

        _reader.End();
        return IsFound(_position + 1);
    }

    private bool IsFound(int position) => _ofObject == 0 && _reader.Position >= position;

    private bool Step(uint kind, string name)
    {
        var length = _path.Length;
        _path.Append(name);
        // Not taken back where the walk itself breaks off: that is the place.
        if (IsFound(_position) || Walk(kind)) return true;
        _path.Length = length;
        return false;
    }
}
