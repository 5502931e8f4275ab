namespace Fan.Serving;

/// <summary>The caller takes no more of its reply; its call's token may not have been cancelled yet.</summary>
internal sealed class CallerLeftException() : OperationCanceledException("The caller reads no more items.");
