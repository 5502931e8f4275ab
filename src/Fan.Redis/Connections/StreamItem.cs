using StackExchange.Redis;

namespace Fan.Redis.Connections;

/// <summary>One entry of a stream as it was read.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Id">Its id there.</param>
/// <param name="Fields">Names and values in turn.</param>
internal readonly record struct StreamItem(string Stream, string Id, RedisResult[] Fields)
{
    /// <summary>The entries in the answer of a read; none where it is empty.</summary>
    public static IReadOnlyList<StreamItem> ReadAll(RedisResult result)
    {
        if (result.IsNull) return [];
        var items = new List<StreamItem>();
        foreach (var stream in (RedisResult[])result!)
        {
            var parts = (RedisResult[])stream!;
            var name = (string)parts[0]!;
            items.AddRange(ReadEntries(name, parts[1]));
        }

        return items;
    }

    /// <summary>The entries of one stream.</summary>
    public static IEnumerable<StreamItem> ReadEntries(string stream, RedisResult entries)
    {
        foreach (var entry in (RedisResult[]?)entries ?? [])
        {
            var parts = (RedisResult[])entry!;
            // Without fields where it was deleted.
            yield return new StreamItem(stream, (string)parts[0]!, parts[1].IsNull ? [] : (RedisResult[])parts[1]!);
        }
    }

    /// <summary>The value of a field; null where there is none.</summary>
    public RedisValue Field(string name)
    {
        for (var i = 0; i + 1 < Fields.Length; i += 2)
        {
            if ((RedisValue)Fields[i] == name) return (RedisValue)Fields[i + 1];
        }

        return RedisValue.Null;
    }
}
