namespace Fan.Ipc;

/// <summary>
/// The settings of the <c>ipc</c> route. Checked as a whole when the application starts. Configuration section: <c>Fan:Ipc</c>.
/// </summary>
public sealed class FanIpcOptions : FanWireOptions
{
    /// <summary>
    /// The folder of the sockets; it is made with access for its owner only. Default: <c>fan</c> below the user's runtime folder, or a
    /// folder of the user's own below the temporary one. Not used on Windows, where named pipes take the place of sockets.
    /// </summary>
    public string? Folder { get; set; }

    /// <summary>Whether calls come over a named pipe: sockets of Windows have no access rights.</summary>
    internal bool UsesPipes { get; set; } = OperatingSystem.IsWindows();

    internal override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (Folder is not null && !Path.IsPathFullyQualified(Folder))
        {
            yield return $"{nameof(Folder)} must be a full path; it is '{Folder}'.";
        }
    }
}
