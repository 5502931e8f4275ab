using System.Security.Cryptography;
using System.Text;

namespace Fan.Database.Engines;

/// <summary>The names under which processes wake each other.</summary>
internal static class Channels
{
    /// <summary>
    /// Rings when there is something to do in the queues of a service. A name of the database has 63 bytes at most, and services may have
    /// more.
    /// </summary>
    public static string OfService(string service) =>
        "fan_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(service)).AsSpan(0, 12));

    /// <summary>Rings when there are frames for an instance.</summary>
    public static string OfInstance(long instance) =>
        string.Create(System.Globalization.CultureInfo.InvariantCulture, $"fan_i{instance:x16}");
}
