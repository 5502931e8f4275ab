using System.Globalization;
using StackExchange.Redis;

namespace Fan.Redis.Connections;

/// <summary>How far a stream was read by its one reader. Not safe for concurrent use.</summary>
internal sealed class ReadPosition(string stream)
{
    public RedisKey Stream { get; } = stream;

    public string Name => stream;

    /// <summary>The last entry that was read.</summary>
    public string After { get; private set; } = "0-0";

    /// <summary>The id that comes after the last entry that was read: what is below it can be deleted.</summary>
    public string Next
    {
        get
        {
            var hyphen = After.IndexOf('-', StringComparison.Ordinal);
            var number = ulong.Parse(After.AsSpan(hyphen + 1), NumberStyles.None, CultureInfo.InvariantCulture);
            return $"{After.AsSpan(0, hyphen)}-{number + 1}";
        }
    }

    public void Advance(string entry) => After = entry;
}
