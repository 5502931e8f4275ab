namespace Fan.ZooKeeper.Client;

/// <summary>The kinds of requests, as numbered by ZooKeeper.</summary>
internal enum OpCode
{
    Error = -1,
    Delete = 2,
    Exists = 3,
    GetData = 4,
    SetData = 5,
    GetAcl = 6,
    SetAcl = 7,
    GetChildren = 8,
    Sync = 9,
    Ping = 11,
    Check = 13,
    Multi = 14,
    Create = 1,
    Create2 = 15,
    RemoveWatches = 18,
    CreateContainer = 19,
    CreateTtl = 21,
    Auth = 100,
    GetEphemerals = 103,
    SetWatches2 = 105,
    AddWatch = 106,
    CloseSession = -11,
}
