namespace MonotonicReads;

/// <summary>
/// What a server has applied: a <see cref="MySqlGtidSet"/> or a <see cref="MariaDbGtidList"/>. Immutable, compared by
/// value, and written as its server writes it.
/// </summary>
/// <remarks>
/// Positions of one kind form a lattice: <see cref="Union"/> is the least position that contains both. The empty
/// position of a kind is contained in every position of it.
/// </remarks>
public abstract class ReplicationPosition : IEquatable<ReplicationPosition>
{
    /// <summary>The longest text that is parsed, in characters. A longer one is refused: positions travel in tokens and
    /// statements.</summary>
    public const int MaxTextLength = 65_536;

    private protected ReplicationPosition() { }

    /// <summary>Whether nothing was applied.</summary>
    public abstract bool IsEmpty { get; }

    /// <summary>All that the server held, visible yet or not, whose answer this position is; null where it did not tell.</summary>
    internal virtual ReplicationPosition? AllHeld => null;

    /// <summary>How many servers had written what it held; 0 where it did not tell.</summary>
    internal virtual int Writers => 0;

    /// <summary>Whether a server at this position has everything that one at <paramref name="other"/> has.</summary>
    /// <param name="other">A position of the same kind.</param>
    /// <returns>Whether it is contained; true for an equal one.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="other"/> is of another kind.</exception>
    public abstract bool Contains(ReplicationPosition other);

    /// <summary>The least position that contains this one and <paramref name="other"/>.</summary>
    /// <param name="other">A position of the same kind.</param>
    /// <returns>The union; this instance where it contains the other.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="other"/> is of another kind.</exception>
    public abstract ReplicationPosition Union(ReplicationPosition other);

    /// <summary>A position with a text of at most <paramref name="maxLength"/> characters that contains this one.</summary>
    /// <param name="maxLength">The bound.</param>
    /// <returns>This position, a larger one, or <see langword="null"/> where none is that short.</returns>
    public abstract ReplicationPosition? Enlarge(int maxLength);

    /// <summary>Whether both are of one kind and equal.</summary>
    /// <param name="other">The other position, or <see langword="null"/>.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(ReplicationPosition? other) =>
        ReferenceEquals(this, other) || (other is not null && other.GetType() == GetType() && other.ToString() == ToString());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as ReplicationPosition);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>The canonical text: one for each position, and one that the server reads.</summary>
    /// <returns>The text; empty for the empty position.</returns>
    public abstract override string ToString();

    private protected static T SameKind<T>(ReplicationPosition? other)
        where T : ReplicationPosition
    {
        ArgumentNullException.ThrowIfNull(other);
        return other as T
            ?? throw new ArgumentException(
                $"A {typeof(T).Name} is not comparable with a {other.GetType().Name}: they belong to different kinds of servers.",
                nameof(other)
            );
    }
}
