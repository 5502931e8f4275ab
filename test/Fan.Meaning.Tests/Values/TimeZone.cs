using System.Runtime.CompilerServices;

namespace Fan.Meaning.Tests.Values;

/// <summary>
/// Sets the zone of local times to one with an odd offset and a summer time: in UTC a local time keeps its meaning by chance.
/// </summary>
internal static class TimeZone
{
    [ModuleInitializer]
    public static void Set()
    {
        Environment.SetEnvironmentVariable("TZ", "America/St_Johns");
        TimeZoneInfo.ClearCachedData();
    }
}
