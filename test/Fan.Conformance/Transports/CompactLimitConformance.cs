namespace Fan.Conformance.Transports;

/// <summary>The same bounds where payloads go in the compact form: they hold to the byte, so they also tell that it is taken.</summary>
public abstract class CompactLimitConformance : TransportLimitConformance
{
    // How many arguments, the tag of the one, a length of three bytes.
    protected override int ArgumentFrame => 1 + 4 + 3;

    // The kind and a length of three bytes.
    protected override int ReplyFrame => 1 + 3;
}
