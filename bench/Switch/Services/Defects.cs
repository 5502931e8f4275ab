namespace SwitchBench.Services;

/// <summary>What a run can be made to do wrong, to see that it is found.</summary>
internal static class Defects
{
    /// <summary>Tells the processes of the run.</summary>
    public const string Variable = "FAN_SWITCH_PLANT";

    public const string Failed = "failed";
    public const string Mixed = "mixed";
    public const string Late = "late";
    public const string Owner = "owner";
    public const string Stray = "stray";

    public static string Other(string version) => version == "1.0.0" ? "2.0.0" : "1.0.0";
}
