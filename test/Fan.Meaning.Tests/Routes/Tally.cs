using System.Globalization;

namespace Fan.Meaning.Tests.Routes;

/// <summary>How much was compared.</summary>
internal sealed class Tally
{
    public int Cases { get; private set; }

    /// <summary>Generated types that values of went on every way.</summary>
    public int Types { get; private set; }

    public int Refused { get; private set; }

    /// <summary>Cases of which the main method has a compact form, and the application uses it.</summary>
    public int Compact { get; private set; }

    /// <summary>Cases that the generator takes for compact and the application does not.</summary>
    public int Held { get; private set; }

    public int JsonOnly { get; private set; }

    public int Values { get; private set; }

    public int Comparisons { get; private set; }

    public int NoCode { get; private set; }

    public void Add(Batch batch)
    {
        NoCode += batch.NoCode.Count;
        foreach (var run in batch.Runs)
        {
            Cases++;
            Values += run.ValuesSent;
            Comparisons += run.Comparisons;
            if (run.IsRefused) Refused++;
            else Types += run.Types.Count;
            if (run.IsCompactInUse) Compact++;
            else if (run.IsCompact) Held++;
            else if (!run.IsRefused) JsonOnly++;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cases} contracts ({Compact} compact, {Held} held back to JSON by the application, {JsonOnly} JSON only, {Refused} refused, " +
        $"{NoCode} no C#), {Types} generated types, {Values} calls, {Comparisons} comparisons");
}
