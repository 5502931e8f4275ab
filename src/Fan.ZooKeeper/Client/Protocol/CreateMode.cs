namespace Fan.ZooKeeper.Client;

/// <summary>How long a node lives and how its name is made, as numbered by ZooKeeper.</summary>
internal enum CreateMode
{
    /// <summary>Stays until it is deleted.</summary>
    Persistent = 0,

    /// <summary>Goes with its session.</summary>
    Ephemeral = 1,

    /// <summary>Persistent, with ten digits appended to its name.</summary>
    PersistentSequential = 2,

    /// <summary>Ephemeral, with ten digits appended to its name.</summary>
    EphemeralSequential = 3,

    /// <summary>Goes some time after its last child.</summary>
    Container = 4,

    /// <summary>
    /// Goes when it has no children and was not changed for its time to live. Servers must have <c>zookeeper.extendedTypesEnabled</c>.
    /// </summary>
    PersistentWithTtl = 5,

    /// <summary>As <see cref="PersistentWithTtl"/>, with ten digits appended to its name.</summary>
    PersistentSequentialWithTtl = 6,
}
