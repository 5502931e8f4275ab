using System.Globalization;
using System.Text;

namespace Fan.Sharding;

/// <summary>Shards for people.</summary>
internal static class ShardText
{
    /// <summary>Numbers in ascending order, those that follow each other as a range: <c>0-3, 7</c>.</summary>
    public static string Of(ReadOnlySpan<int> shards)
    {
        if (shards.IsEmpty) return "none";
        var text = new StringBuilder();
        for (var at = 0; at < shards.Length; at++)
        {
            var first = shards[at];
            while (at + 1 < shards.Length && shards[at + 1] == shards[at] + 1) at++;
            if (text.Length > 0) text.Append(", ");
            text.Append(CultureInfo.InvariantCulture, $"{first}");
            if (shards[at] != first) text.Append(CultureInfo.InvariantCulture, $"-{shards[at]}");
        }

        return text.ToString();
    }
}
