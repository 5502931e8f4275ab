namespace Fan.Observing;

/// <summary>The steps into which durations are counted: eight to each doubling, from a microsecond on.</summary>
internal static class DurationScale
{
    public const int Steps = 256;

    private const int PerDoubling = 8;
    private const double Microsecond = 1e-6;

    public static int StepOf(double seconds) =>
        seconds <= Microsecond ? 0 : Math.Min(Steps - 1, (int)(Math.Log2(seconds / Microsecond) * PerDoubling));

    public static TimeSpan UpperEnd(int step) => TimeSpan.FromSeconds(Microsecond * Math.Pow(2, (step + 1.0) / PerDoubling));
}
