using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Fan.Applications;

/// <summary>Gives the host the time that the application's stop may take: with less, it would cut it short.</summary>
internal sealed class HostShutdownTime(IOptions<FanOptions> options) : IPostConfigureOptions<HostOptions>
{
    // Beyond the time for breaking off, for hosted services that end beside it.
    private static readonly TimeSpan Room = TimeSpan.FromSeconds(2);

    public void PostConfigure(string? name, HostOptions host)
    {
        TimeSpan needed;
        try
        {
            needed = options.Value.DrainTimeout + Room;
        }
        catch (OptionsValidationException)
        {
            // The start tells it.
            return;
        }

        if (host.ShutdownTimeout != Timeout.InfiniteTimeSpan && host.ShutdownTimeout < needed) host.ShutdownTimeout = needed;
    }
}
