namespace Fan.Coordination;

/// <summary>
/// A store that can tell how it is: what the people want to know who run it. Stores may have it beside <see cref="ICoordinationStore"/>.
/// </summary>
public interface IStoreDiagnostics
{
    /// <summary>
    /// Looks at the store from all sides and changes nothing in it. Also works for a store that could not be opened: then it tells what can
    /// be seen without a session.
    /// </summary>
    /// <remarks>What is wrong with the store is a finding, no exception. Every look has a time limit.</remarks>
    IAsyncEnumerable<StoreFinding> DiagnoseAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes the nodes that no path can name: those that something wrote past Fan, and that nobody sees.</summary>
    /// <returns>How many it has removed; 0 where the store can't have such nodes.</returns>
    /// <exception cref="StoreUnavailableException">The store can't be reached or used.</exception>
    ValueTask<int> RemoveNamelessAsync(CancellationToken cancellationToken = default) => new(0);
}

/// <summary>One thing that was looked at in a store.</summary>
/// <param name="Check">What, in a word or two, e.g. <c>server</c>. Several findings may have one name.</param>
/// <param name="Status">How it is.</param>
/// <param name="Detail">What was seen.</param>
/// <param name="Advice">What to do; null where there is nothing to do.</param>
public sealed record StoreFinding(string Check, StoreFindingStatus Status, string Detail, string? Advice = null);

/// <summary>How something in a store is.</summary>
public enum StoreFindingStatus
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>It works, and somebody should look at it.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Failed,
}
