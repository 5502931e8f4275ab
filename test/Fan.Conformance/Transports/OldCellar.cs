namespace Fan.Conformance.Transports
{
    /// <summary>An earlier release of the cellar, which had less.</summary>
    public sealed class OldCellar : Strangers.ICellar
    {
        public int Add(int left, int right) => left + right;
    }
}

namespace Fan.Conformance.Transports.Strangers
{
    /// <summary>The cellar as it was.</summary>
    [Service("cellar", Version = "1.1.0")]
    public interface ICellar
    {
        int Add(int left, int right);
    }
}
