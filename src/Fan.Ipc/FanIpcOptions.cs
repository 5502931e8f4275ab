namespace Fan.Ipc;

/// <summary>The settings of the <c>ipc</c> route. Checked as a whole when the application starts. Configuration section: <c>Fan:Ipc</c>.</summary>
public sealed class FanIpcOptions : FanWireOptions
{
    /// <summary>The folder of the sockets; it is made with access for its owner only. Default: <c>fan</c> below the user's runtime folder, or a folder of the user's own below the temporary one.</summary>
    public string? Folder { get; set; }

    internal override IEnumerable<string> Validate()
    {
        foreach (var error in base.Validate()) yield return error;
        if (OperatingSystem.IsWindows()) yield return "The ipc route needs unix domain sockets with access rights, which Windows does not have: use AddTcp() there.";
        if (Folder is not null && !Path.IsPathFullyQualified(Folder)) yield return $"{nameof(Folder)} must be a full path; it is '{Folder}'.";
    }
}
