namespace Fan.Coordination;

/// <summary>Makes stores of one kind from their URLs. Registered in the container; safe from any thread.</summary>
public interface IStoreProvider
{
    /// <summary>The scheme of its URLs, in lower case, e.g. <c>sqlite</c>.</summary>
    string Scheme { get; }

    /// <summary>The URL to use when nobody names a store; null where this kind can't be used without a decision.</summary>
    /// <exception cref="FormatException">There is no place for it; the message says what to do.</exception>
    string? DefaultUrl => null;

    /// <summary>Makes a store that is not open yet.</summary>
    /// <exception cref="FormatException">The URL breaks the form of this kind; the message names the place.</exception>
    ICoordinationStore Create(string url);

    /// <summary>
    /// Makes a store that is not open yet and is used only where it exists: opening it makes nothing, and fails with
    /// <see cref="StoreUnavailableException"/> where nobody has made it. For those who only look. By default as <see cref="Create"/>.
    /// </summary>
    /// <exception cref="FormatException">The URL breaks the form of this kind; the message names the place.</exception>
    ICoordinationStore CreateExisting(string url) => Create(url);
}
