using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What is known of an expression: the texts it may be, the tracked objects it may be, the delegates it holds. Anything else
/// is unknown. Values are immutable and compare by content, so that a loop's analysis ends.
/// </summary>
internal sealed class Value : IEquatable<Value>
{
    /// <summary>More texts than this are cut to what they have in common.</summary>
    private const int MaxTexts = 6;

    /// <summary>More objects than this are as good as unknown.</summary>
    private const int MaxObjects = 4;

    public static readonly Value Unknown = new([], [], []);

    public static readonly Value Null = new([], [], [], mayBeNull: true);

    private Value(Items<string> texts, Items<object> objects, Items<Callback> callbacks, bool mayBeNull = false)
    {
        MayBeNull = mayBeNull;
        Texts = texts;
        Objects = objects;
        Callbacks = callbacks;
    }

    /// <summary>True where some path leaves a literal null.</summary>
    public bool MayBeNull { get; }

    /// <summary>The texts it may be; empty where it is no text or nothing is known of it.</summary>
    public Items<string> Texts { get; }

    /// <summary>Identities of the objects it may be; keys of <see cref="FlowState.Objects"/>.</summary>
    public Items<object> Objects { get; }

    public Items<Callback> Callbacks { get; }

    /// <summary>The parameter of the body that it certainly is, as the caller handed it over; null where it is none.</summary>
    public int? Parameter { get; init; }

    /// <summary>The query that it is, where nothing has sent that yet; null where it is none or where its type says so.</summary>
    public QueryShape? Query { get; init; }

    /// <summary>The one object that it certainly is, or null.</summary>
    public object? Object => Objects.Count == 1 ? Objects[0] : null;

    public static Value OfText(string text) => new([text], [], []);

    public static Value OfObject(object identity) => new([], [identity], []);

    public static Value OfCallback(Callback callback) => new([], [], [callback]);

    /// <summary>The delegates of both; of another value nothing else is taken.</summary>
    public Value WithCallbacksOf(Value other) => other.Callbacks.IsEmpty ? this : new Value([], [], Callbacks.Union(other.Callbacks));

    public static Value Join(Value a, Value b)
    {
        if (a.Equals(b))
        {
            return a;
        }

        var objects = a.Objects.Union(b.Objects);
        return new Value(
            JoinTexts(a.Texts, b.Texts),
            objects.Count > MaxObjects ? [] : objects,
            a.Callbacks.Union(b.Callbacks),
            a.MayBeNull || b.MayBeNull
        )
        {
            Parameter = a.Parameter == b.Parameter ? a.Parameter : null,
            Query = QueryShape.Join(a.Query, b.Query),
        };
    }

    public static Items<string> JoinTexts(Items<string> a, Items<string> b)
    {
        if (a.IsEmpty && b.IsEmpty)
        {
            return [];
        }

        // Nothing known on one side: the text may be anything.
        var texts = OrUnknown(a).Union(OrUnknown(b));
        return texts.Count <= MaxTexts ? texts : [texts.Aggregate(SqlText.CommonHead)];
    }

    private static Items<string> OrUnknown(Items<string> texts) => texts.IsEmpty ? [SqlText.Unknown] : texts;

    /// <summary>The texts that come of appending any of <paramref name="tails"/> to any of <paramref name="heads"/>.</summary>
    public static Items<string> Concat(Items<string> heads, Items<string> tails)
    {
        if (heads.IsEmpty && tails.IsEmpty)
        {
            return [];
        }

        heads = OrUnknown(heads);
        tails = OrUnknown(tails);
        if (heads.Count * tails.Count > MaxTexts)
        {
            return [SqlText.WithUnknownRest(heads.Aggregate(SqlText.CommonHead))];
        }

        return [.. heads.SelectMany(h => tails.Select(t => SqlText.Append(h, t))).Distinct()];
    }

    public Value WithTexts(Items<string> texts) => new(texts, Objects, Callbacks, MayBeNull) { Query = Query };

    public Value OfQuery(QueryShape query) => Equals(Query, query) ? this : new(Texts, Objects, Callbacks, MayBeNull) { Query = query };

    public Value OfParameter(int ordinal) => new(Texts, Objects, Callbacks, MayBeNull) { Parameter = ordinal };

    /// <summary>The same where it is no parameter any more.</summary>
    public Value NotAsHandedOver() => Parameter is null ? this : new(Texts, Objects, Callbacks, MayBeNull);

    public bool Equals(Value? other) =>
        other is not null
        && (
            ReferenceEquals(this, other)
            || (
                MayBeNull == other.MayBeNull
                && Parameter == other.Parameter
                && Equals(Query, other.Query)
                && Texts.Equals(other.Texts)
                && Objects.Equals(other.Objects)
                && Callbacks.Equals(other.Callbacks)
            )
        );

    public override bool Equals(object? obj) => Equals(obj as Value);

    public override int GetHashCode() => (Texts.Count * 31 + Objects.Count) * 31 + Callbacks.Count;
}
