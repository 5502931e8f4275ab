using Fan.Messaging;

namespace Fan;

/// <summary>The settings of an application. Checked as a whole when it starts.</summary>
public sealed class FanOptions
{
    /// <summary>The application's name: in endpoints, spans, and as the caller of its calls. Default: the host's application name.</summary>
    public string? Name { get; set; }

    /// <summary>The longest a call may take when neither the caller nor the method says. Default 30 s.</summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a call waits for a store that does not answer, when nothing is known of its service yet. Default 5 s.</summary>
    public TimeSpan DiscoveryTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the start waits for the registration of the endpoints before it goes on without. Default 10 s.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long calls and pushes in hand, and pushes in memory, may take to end when the application stops. Default 10 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The bounds of messages.</summary>
    public FanLimits Limits { get; } = new();

    internal IEnumerable<string> Validate()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 128 || Name.Any(c => c is < ' ' or > '~'))
            yield return $"{nameof(Name)} must have 1 to 128 printable ASCII characters; it is '{Name}'.";
        foreach (var (name, value) in new[] { (nameof(DefaultTimeout), DefaultTimeout), (nameof(DiscoveryTimeout), DiscoveryTimeout), (nameof(StartTimeout), StartTimeout), (nameof(DrainTimeout), DrainTimeout) })
        {
            if (value <= TimeSpan.Zero || value > TimeSpan.FromDays(1)) yield return $"{name} must be above zero and at most a day; it is {value}.";
        }

        foreach (var error in Limits.Validate()) yield return error;
    }
}
