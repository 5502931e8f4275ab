namespace Fan.Cli.Sessions;

/// <summary>The kinds of queue transport that the tool can open: a line for each. Their addresses and credentials come from the environment, under the names that applications have for them.</summary>
internal static class QueueKinds
{
    public static FanBuilder AddQueues(this FanBuilder fan) => fan;
}
