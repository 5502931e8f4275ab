using System.Data.Common;
using Fan.Database.Transactions;

namespace Fan;

/// <summary>
/// Where pushes belong to a transaction; see <see cref="TransactionPushExtensions.UseForPushes"/>. Disposing it puts back what was before.
/// </summary>
public readonly struct PushScope : IDisposable, IEquatable<PushScope>
{
    private readonly DbTransaction? _before;

    internal PushScope(DbTransaction? before) => _before = before;

    /// <inheritdoc/>
    public void Dispose() => AmbientTransaction.Enter(_before);

    /// <inheritdoc/>
    public bool Equals(PushScope other) => ReferenceEquals(_before, other._before);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is PushScope other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _before?.GetHashCode() ?? 0;

    /// <summary>Whether both put back the same.</summary>
    public static bool operator ==(PushScope left, PushScope right) => left.Equals(right);

    /// <summary>Whether they do not.</summary>
    public static bool operator !=(PushScope left, PushScope right) => !left.Equals(right);
}
