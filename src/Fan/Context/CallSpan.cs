namespace Fan.Context;

/// <summary>One step of a recorded call tree.</summary>
/// <param name="Id">Its number in the recording.</param>
/// <param name="ParentId">The step that caused it; <see cref="CallTrace.Root"/> for the first.</param>
/// <param name="Name"><c>service/method</c>.</param>
/// <param name="Kind">Which side it was measured on.</param>
/// <param name="Application">The application that measured it.</param>
/// <param name="Start">When it began, from the start of the recording.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">What went wrong; null for success.</param>
public sealed record CallSpan(
    int Id, int ParentId, string Name, CallSpanKind Kind, string Application, TimeSpan Start, TimeSpan Duration, string? Error)
{
    /// <summary>
    /// The transport that carried it, e.g. <c>http</c>, or the queue transport that accepted a push; null for a call within one process, or
    /// where it is not known.
    /// </summary>
    public string? Transport { get; init; }
}

/// <summary>The side on which a step was measured.</summary>
public enum CallSpanKind
{
    /// <summary>The caller of a call to another process.</summary>
    Client,

    /// <summary>The service that handled a call of another process.</summary>
    Server,

    /// <summary>A call within one process.</summary>
    Local,
}
