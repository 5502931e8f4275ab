namespace SwitchBench.Restores;

/// <summary>The ways in which the run's own store comes back as another one.</summary>
internal interface IStoreLoss
{
    /// <summary>Takes a copy of what is there now, to be put back later.</summary>
    Task SaveAsync();

    /// <summary>Puts another store in the place of the one that is there; returns when it has answered first.</summary>
    /// <param name="kind">One of <see cref="Options.StoreFaults"/>.</param>
    /// <param name="round">Says which way of that kind.</param>
    /// <returns>What was done.</returns>
    Task<string> PlayAsync(string kind, int round);
}
