using System.Text;
using StackExchange.Redis;

namespace Fan.Redis.Connections;

/// <summary>One entry of a stream as it was read.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Entry">Its id there.</param>
/// <param name="Fields">Names and values in turn.</param>
internal readonly record struct StreamItem(string Stream, RedisValue Entry, RedisResult[] Fields)
{
    /// <summary>Its id there, as text.</summary>
    public string Id => (string)Entry!;

    /// <summary>The entries in the answer of a read; none where it is empty.</summary>
    public static IReadOnlyList<StreamItem> ReadAll(RedisResult result)
    {
        if (result.IsNull) return [];
        var items = new List<StreamItem>();
        foreach (var stream in (RedisResult[])result!)
        {
            var parts = (RedisResult[])stream!;
            var name = (string)parts[0]!;
            foreach (var entry in (RedisResult[]?)parts[1] ?? []) items.Add(Read(name, entry));
        }

        return items;
    }

    /// <summary>The entries of one stream.</summary>
    public static IEnumerable<StreamItem> ReadEntries(string stream, RedisResult entries)
    {
        foreach (var entry in (RedisResult[]?)entries ?? []) yield return Read(stream, entry);
    }

    /// <summary>The last one that came from a stream; null where none did.</summary>
    public static StreamItem? LastOf(IReadOnlyList<StreamItem> items, string stream)
    {
        for (var i = items.Count - 1; i >= 0; i--)
        {
            if (items[i].Stream == stream) return items[i];
        }

        return null;
    }

    /// <summary>The value of a field with a name of ours, in ASCII; null where there is none.</summary>
    public RedisValue Field(string name)
    {
        // By bytes: a text would have to be made of each name that is looked at.
        Span<byte> wanted = stackalloc byte[name.Length];
        Encoding.ASCII.GetBytes(name, wanted);
        for (var i = 0; i + 1 < Fields.Length; i += 2)
        {
            if (((ReadOnlyMemory<byte>)(RedisValue)Fields[i]).Span.SequenceEqual(wanted)) return (RedisValue)Fields[i + 1];
        }

        return RedisValue.Null;
    }

    // Without fields where it was deleted.
    private static StreamItem Read(string stream, RedisResult entry)
    {
        var parts = (RedisResult[])entry!;
        return new StreamItem(stream, (RedisValue)parts[0], parts[1].IsNull ? [] : (RedisResult[])parts[1]!);
    }
}
