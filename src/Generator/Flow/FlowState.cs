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

    public Accesses Observed { get; init; } = Accesses.Empty;

    /// <summary>The most places that one path has read at, each counted once.</summary>
    public int MostReads { get; init; }

    public Accesses Wrote { get; init; } = Accesses.Empty;

    /// <summary>The delegate parameters that the path has run, as bits.</summary>
    public ulong Ran { get; init; }

    /// <summary>What the path has asked of the parameters.</summary>
    public Items<Guard> Guards { get; init; } = [];

    /// <summary>Values of locals, parameters, fields and flow captures; what is missing is unknown.</summary>
    public Map<Value> Values { get; init; } = Map<Value>.Empty;

    public Map<TrackedObject> Objects { get; init; } = Map<TrackedObject>.Empty;

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
            Values = a.Values.Join(
                b.Values,
                Value.Join,
                static (key, value) => IsDoubtfulAlone(key) ? Value.Join(value, Value.Unknown) : value.NotAsHandedOver()
            ),
            Objects = a.Objects.Join(
                b.Objects,
                TrackedObject.Join,
                static (key, tracked) => IsDoubtfulAlone(key) ? TrackedObject.Join(tracked, TrackedObject.Default) : tracked
            ),
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
                && Values.IsSameAs(other.Values)
                && Objects.IsSameAs(other.Objects)
            )
        );

    public override int GetHashCode() => Observed.Count * 31 + Wrote.Count;

    public TrackedObject this[object identity] => Objects.TryGetValue(identity, out var tracked) ? tracked : TrackedObject.Default;

    /// <summary>
    /// A key on one side only is a local of that path (the language assigns before use), or an object that the other path
    /// has not made or touched: what is known stands, but a symbol's doubtful must-facts fall back to their default. Nor is it certain
    /// to be a parameter: the other path may have left something in it of which nothing is known.
    /// </summary>
    private static bool IsDoubtfulAlone(object key) => key is Microsoft.CodeAnalysis.ISymbol and not Microsoft.CodeAnalysis.ILocalSymbol;
}
