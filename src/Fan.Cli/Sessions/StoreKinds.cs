namespace Fan.Cli.Sessions;

/// <summary>The kinds of store that the tool knows: a line for each. The first one is the default.</summary>
internal static class StoreKinds
{
    public static FanBuilder AddStores(this FanBuilder fan) => fan
        .AddSqliteStore()
        .AddZooKeeperStore();
}
