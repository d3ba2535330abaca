using System.Collections.Immutable;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What a path has done so far. <see cref="Observed"/> and <see cref="Wrote"/> are may-facts and join by union; what makes
/// reads share a server (transactions, scopes, sessions) are must-facts and join by agreement, so that doubt never pins.
/// </summary>
internal sealed record FlowState
{
    public static readonly FlowState Start = new();

    public ImmutableHashSet<Access> Observed { get; init; } = ImmutableHashSet<Access>.Empty;

    /// <summary>The most places that one path has read at, each counted once.</summary>
    public int MostReads { get; init; }

    public ImmutableHashSet<Access> Wrote { get; init; } = ImmutableHashSet<Access>.Empty;

    /// <summary>The delegate parameters that the path has run, as bits.</summary>
    public ulong Ran { get; init; }

    /// <summary>What the path has asked of the parameters.</summary>
    public Items<Guard> Guards { get; init; } = [];

    /// <summary>Values of locals, parameters, fields and flow captures; what is missing is unknown.</summary>
    public ImmutableDictionary<object, Value> Values { get; init; } = ImmutableDictionary<object, Value>.Empty;

    public ImmutableDictionary<object, TrackedObject> Objects { get; init; } = ImmutableDictionary<object, TrackedObject>.Empty;

    /// <summary>How many transaction scopes are certainly open.</summary>
    public int Scopes { get; init; }

    /// <summary>The read session that is certainly open, or null.</summary>
    public OpenSession? Session { get; init; }

    public static FlowState Join(FlowState? a, FlowState b)
    {
        if (a is null || ReferenceEquals(a, b))
        {
            return b;
        }

        return new FlowState
        {
            Observed = a.Observed.Union(b.Observed),
            MostReads = Math.Max(a.MostReads, b.MostReads),
            Wrote = a.Wrote.Union(b.Wrote),
            Ran = a.Ran | b.Ran,
            Guards = Guard.Join(a.Guards, b.Guards),
            Values = JoinMaps(a.Values, b.Values, Value.Join),
            Objects = JoinMaps(a.Objects, b.Objects, TrackedObject.Join),
            Scopes = Math.Min(a.Scopes, b.Scopes),
            Session = Equals(a.Session, b.Session) ? a.Session : null,
        };
    }

    public bool Equals(FlowState? other) =>
        other is not null
        && (
            ReferenceEquals(this, other)
            || (
                Scopes == other.Scopes
                && MostReads == other.MostReads
                && Equals(Session, other.Session)
                && Observed.SetEquals(other.Observed)
                && Wrote.SetEquals(other.Wrote)
                && Ran == other.Ran
                && Guards.Equals(other.Guards)
                && SameMap(Values, other.Values)
                && SameMap(Objects, other.Objects)
            )
        );

    public override int GetHashCode() => Observed.Count * 31 + Wrote.Count;

    public TrackedObject this[object identity] => Objects.TryGetValue(identity, out var tracked) ? tracked : TrackedObject.Default;

    /// <summary>
    /// A key on one side only is a local of that path (the language assigns before use), or an object that the other path
    /// has not made or touched: what is known stands, but a symbol's doubtful must-facts fall back to their default.
    /// </summary>
    private static ImmutableDictionary<object, T> JoinMaps<T>(
        ImmutableDictionary<object, T> a,
        ImmutableDictionary<object, T> b,
        Func<T, T, T> join
    )
        where T : class
    {
        if (ReferenceEquals(a, b))
        {
            return a;
        }

        var builder = a.ToBuilder();
        foreach (var pair in b)
        {
            builder[pair.Key] = a.TryGetValue(pair.Key, out var mine) ? join(mine, pair.Value) : Alone(pair.Key, pair.Value, join);
        }

        foreach (var pair in a)
        {
            if (!b.ContainsKey(pair.Key))
            {
                builder[pair.Key] = Alone(pair.Key, pair.Value, join);
            }
        }

        return builder.ToImmutable();
    }

    private static T Alone<T>(object key, T value, Func<T, T, T> join)
        where T : class =>
        key is Microsoft.CodeAnalysis.ISymbol and not Microsoft.CodeAnalysis.ILocalSymbol
            ? value switch
            {
                TrackedObject => join(value, (T)(object)TrackedObject.Default),
                Value => join(value, (T)(object)Value.Unknown),
                _ => value,
            }
            : value;

    private static bool SameMap<T>(ImmutableDictionary<object, T> a, ImmutableDictionary<object, T> b)
    {
        if (ReferenceEquals(a, b))
        {
            return true;
        }

        if (a.Count != b.Count)
        {
            return false;
        }

        foreach (var pair in a)
        {
            if (!b.TryGetValue(pair.Key, out var other) || !pair.Value!.Equals(other))
            {
                return false;
            }
        }

        return true;
    }
}
