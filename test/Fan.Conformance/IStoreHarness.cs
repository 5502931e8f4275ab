using Fan.Coordination;

namespace Fan.Conformance;

/// <summary>One tree of the store under test, empty at first, and the sessions that a test opens with it.</summary>
public interface IStoreHarness : IAsyncDisposable
{
    /// <summary>How long a session of it lives without a word; <see cref="TimeSpan.MaxValue"/> where it lives until it is ended.</summary>
    TimeSpan Session { get; }

    /// <summary>Opens another session with the tree, as another process would.</summary>
    Task<ICoordinationStore> OpenAsync();

    /// <summary>
    /// Makes the store forget the session while its owner lives, as after a pause that was too long. Returns when it is forgotten.
    /// </summary>
    Task ExpireAsync(ICoordinationStore store);
}
