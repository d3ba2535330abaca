using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What a path has asked of a parameter as the caller handed it over: an effect behind it is there only for such arguments.
/// </summary>
/// <param name="Parameter">The parameter's ordinal.</param>
/// <param name="IsIn">True where it is one of the values, false where it is none of them.</param>
/// <param name="Values">Constants; of an enum its number.</param>
internal sealed record Guard(int Parameter, bool IsIn, Items<object?> Values)
{
    /// <summary>More values than this are not told apart.</summary>
    private const int MaxValues = 8;

    /// <summary>More alternatives than this are not kept.</summary>
    private const int MaxOthers = 3;

    /// <summary>Stands for a value of which nothing is known but that it is not null.</summary>
    public static readonly object NotNull = new();

    /// <summary>What may hold instead, each of another parameter: <c>if (create || force)</c>.</summary>
    public Items<Guard> Others { get; init; } = [];

    /// <summary>Whether an argument of this value passes; null where nothing is known of it.</summary>
    public bool? Admits(object? value)
    {
        if (ReferenceEquals(value, NotNull))
        {
            return Values.All(static v => v is null) ? !IsIn : null;
        }

        return Values.Any(v => v is not null && value is not null && v.GetType() != value.GetType())
            ? null
            : Values.Contains(value) == IsIn;
    }

    /// <summary>Whether what passes this may pass another of the same parameter.</summary>
    public bool MayMeet(Guard other) =>
        (IsIn, other.IsIn) switch
        {
            (true, true) => Values.Any(other.Values.Contains),
            (true, false) => !Values.All(other.Values.Contains),
            (false, true) => !other.Values.All(Values.Contains),
            _ => true,
        };

    /// <summary>What holds on every path where one of the two does.</summary>
    public static Items<Guard> Join(Items<Guard> a, Items<Guard> b)
    {
        if (a.IsEmpty || b.IsEmpty)
        {
            return [];
        }

        if (ReferenceEquals(a, b) || a.Equals(b))
        {
            return a;
        }

        Items<Guard> joined = [.. a.Select(g => Joined(g, b)).OfType<Guard>()];
        joined = joined.Union([.. b.Where(g => !g.Others.IsEmpty && IsImplied(g, a))]);
        return joined.IsEmpty ? Either(a, b) : joined;
    }

    /// <summary>What the guard says of each parameter, of which one holds.</summary>
    public IEnumerable<Guard> Alternatives() => Others.IsEmpty ? [this] : [this with { Others = [] }, .. Others];

    /// <summary>One that holds where any of several does.</summary>
    public static Guard Any(IReadOnlyList<Guard> alternatives) => alternatives[0] with { Others = [.. alternatives.Skip(1)] };

    /// <summary>Of two paths that asked for different parameters, one or the other holds.</summary>
    private static Items<Guard> Either(Items<Guard> a, Items<Guard> b)
    {
        foreach (var one in a)
        {
            List<Guard> first = [.. one.Alternatives()];
            var other = b.FirstOrDefault(g => g.Others.IsEmpty && !first.Exists(f => f.Parameter == g.Parameter));
            if (other is not null && first.Count <= MaxOthers)
            {
                return [Any([.. first, other])];
            }
        }

        return [];
    }

    private static bool IsImplied(Guard guard, Items<Guard> by) => by.Contains(guard) || guard.Alternatives().Any(by.Contains);

    /// <summary>What holds where both do; what would contradict itself stays as it is.</summary>
    public static Items<Guard> Both(Items<Guard> a, Items<Guard> b) =>
        a.IsEmpty ? b
        : b.IsEmpty ? a
        : b.Aggregate(a, static (all, next) => With(all, next));

    /// <summary>The same with one more.</summary>
    public static Items<Guard> With(Items<Guard> guards, Guard added)
    {
        var known = guards.FirstOrDefault(g => g.Others.IsEmpty && g.Parameter == added.Parameter);
        if (known is null || !added.Others.IsEmpty)
        {
            return guards.Union([added]);
        }

        var both = (known.IsIn, added.IsIn) switch
        {
            (true, true) => known with { Values = [.. known.Values.Where(added.Values.Contains)] },
            (true, false) => known with { Values = [.. known.Values.Where(v => !added.Values.Contains(v))] },
            (false, true) => added with { Values = [.. added.Values.Where(v => !known.Values.Contains(v))] },
            _ => known with { Values = known.Values.Union(added.Values) },
        };
        return both.Values.IsEmpty || both.Values.Count > MaxValues ? guards : [.. guards.Where(g => !ReferenceEquals(g, known)), both];
    }

    private static Guard? Joined(Guard one, Items<Guard> others)
    {
        if (!one.Others.IsEmpty)
        {
            return IsImplied(one, others) ? one : null;
        }

        if (others.FirstOrDefault(g => g.Others.IsEmpty && g.Parameter == one.Parameter) is not { } other)
        {
            return null;
        }

        var joined = (one.IsIn, other.IsIn) switch
        {
            (true, true) => one with { Values = one.Values.Union(other.Values) },
            (false, false) => one with { Values = [.. one.Values.Where(other.Values.Contains)] },
            (true, false) => other with { Values = [.. other.Values.Where(v => !one.Values.Contains(v))] },
            _ => one with { Values = [.. one.Values.Where(v => !other.Values.Contains(v))] },
        };
        return joined.Values.IsEmpty || joined.Values.Count > MaxValues || joined.IsEveryBoolean() ? null : joined;
    }

    private bool IsEveryBoolean() => IsIn && Values.Contains(true) && Values.Contains(false);
}
