namespace SwitchBench;

/// <summary>Measured values in order.</summary>
internal sealed class Distribution(IEnumerable<double> values)
{
    private readonly double[] _sorted = [.. values.Order()];

    public int Count => _sorted.Length;

    /// <summary>The value below which that part of all lie; 0 where there are none.</summary>
    public double At(double part) =>
        _sorted.Length == 0 ? 0 : Math.Round(_sorted[(int)Math.Min(_sorted.Length - 1, part * _sorted.Length)], 3);
}
