using System.Globalization;
using System.Text;
using MonotonicReads.Positions;

namespace MonotonicReads;

/// <summary>
/// A MySQL GTID set, such as <c>3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:11:tag:1-3</c>: for each source, and since MySQL
/// 8.3 each tag of it, the intervals of its transactions.
/// </summary>
/// <remarks>Source: dev.mysql.com/doc/refman, "GTID Format and Storage".</remarks>
public sealed class MySqlGtidSet : ReplicationPosition
{
    /// <summary>The highest transaction number: 2^63 - 2.</summary>
    private const long MaxNumber = long.MaxValue - 1;

    /// <summary>Beyond it the smallest gaps are taken for applied: the position grows and stays one that contains what it must.</summary>
    private const int MaxIntervals = 1_024;

    private const int MaxTagLength = 32;
    private const int UuidLength = 36;
    private const string Kind = "MySQL GTID set";

    private readonly SortedDictionary<Source, GtidInterval[]> _sources;
    private string? _text;

    private MySqlGtidSet(SortedDictionary<Source, GtidInterval[]> sources) => _sources = sources;

    /// <summary>The position before the first transaction.</summary>
    public static MySqlGtidSet Empty { get; } = new([]);

    /// <inheritdoc/>
    public override bool IsEmpty => _sources.Count == 0;

    /// <summary>The only transaction of the set, as <c>uuid:number</c>; null where it has others, none, or one with a tag.</summary>
    internal string? SingleTransaction =>
        _sources.Count == 1 && _sources.First() is { Key.Tag: "", Value: [{ } only] } && only.First == only.Last ? ToString() : null;

    /// <summary>Parses a set as servers write it, in any order, with blanks and line breaks.</summary>
    /// <param name="text">The text; empty for the empty position.</param>
    /// <returns>The position. An interval that ends before it starts is empty, as it is for the server.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="text"/> is <see langword="null"/>.</exception>
    /// <exception cref="FormatException">No GTID set; the message gives the offset.</exception>
    public static MySqlGtidSet Parse(string text) => OfServer(PositionText.Bounded(text, Kind));

    /// <summary>Parses what a server said, however long.</summary>
    internal static MySqlGtidSet OfServer(string text) => Of(ParseIntervals(text, isOwned: false)).WithAtMost(MaxIntervals);

    /// <summary>What a server has, or is about to have: no gap is taken for applied, however many there are.</summary>
    /// <param name="executed"><c>gtid_executed</c>.</param>
    /// <param name="owned"><c>gtid_owned</c>, the transactions on their way into the engine: <c>uuid:5#12:6#13</c>.</param>
    internal static MySqlGtidSet ParseLogged(string executed, string owned)
    {
        var logged = ParseIntervals(executed, isOwned: false);
        foreach (var (source, intervals) in ParseIntervals(owned, isOwned: true))
        {
            logged[source] = logged.TryGetValue(source, out var own) ? [.. own, .. intervals] : intervals;
        }

        return Of(logged);
    }

    internal override ReplicationPosition? AllHeld => IsEmpty ? null : this;

    internal override int Writers => _sources.Count;

    /// <summary>A position that contains it and is short enough to be kept: where it has more gaps than that, the smallest are taken for
    /// applied.</summary>
    internal MySqlGtidSet Bounded() => WithAtMost(MaxIntervals);

    /// <summary>What a server has for certain: no gap is taken for applied, however many there are.</summary>
    /// <param name="executed"><c>gtid_executed</c>.</param>
    /// <param name="owned"><c>gtid_owned</c>, which is taken away.</param>
    internal static MySqlGtidSet ParseReached(string executed, string owned)
    {
        var reached = ParseIntervals(executed, isOwned: false);
        foreach (var (source, without) in ParseIntervals(owned, isOwned: true))
        {
            if (reached.TryGetValue(source, out var own))
            {
                reached[source] = without.Aggregate(own, static (left, hole) => [.. left.SelectMany(interval => interval.Without(hole))]);
            }
        }

        return Of(reached);
    }

    /// <inheritdoc/>
    public override bool Contains(ReplicationPosition other)
    {
        foreach (var (source, wanted) in SameKind<MySqlGtidSet>(other)._sources)
        {
            if (!_sources.TryGetValue(source, out var own) || !GtidInterval.AreIn(own, wanted))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override ReplicationPosition Union(ReplicationPosition other)
    {
        var set = SameKind<MySqlGtidSet>(other);
        if (Contains(set))
        {
            return this;
        }

        if (set.Contains(this))
        {
            return set;
        }

        var all = new SortedDictionary<Source, List<GtidInterval>>();
        foreach (var (source, intervals) in _sources.Concat(set._sources))
        {
            if (!all.TryGetValue(source, out var known))
            {
                all[source] = known = [];
            }

            known.AddRange(intervals);
        }

        return Of(all).WithAtMost(MaxIntervals);
    }

    /// <inheritdoc/>
    /// <remarks>Gaps between intervals are taken for applied, the smallest first. The sources themselves stay.</remarks>
    public override ReplicationPosition? Enlarge(int maxLength)
    {
        var set = this;
        for (var intervals = set.CountIntervals(); set.ToString().Length > maxLength; intervals = set.CountIntervals())
        {
            if (intervals == set._sources.Count)
            {
                return null;
            }

            set = set.WithAtMost(Math.Max(set._sources.Count, intervals / 2));
        }

        return set;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        if (_text is null)
        {
            var text = new StringBuilder();
            Guid? uuid = null;
            foreach (var (source, intervals) in _sources)
            {
                if (uuid != source.Uuid)
                {
                    text.Append(text.Length == 0 ? "" : ",").Append(source.Uuid);
                    uuid = source.Uuid;
                }

                text.Append(source.Tag.Length == 0 ? "" : ":").Append(source.Tag);
                foreach (var (first, last) in intervals)
                {
                    text.Append(CultureInfo.InvariantCulture, $":{first}");
                    if (last != first)
                    {
                        text.Append(CultureInfo.InvariantCulture, $"-{last}");
                    }
                }
            }

            _text = text.ToString();
        }

        return _text;
    }

    private static SortedDictionary<Source, List<GtidInterval>> ParseIntervals(string text, bool isOwned)
    {
        var input = new PositionText(text, isOwned ? "MySQL gtid_owned" : Kind);
        var all = new SortedDictionary<Source, List<GtidInterval>>();
        while (!input.IsAtEnd)
        {
            // The server lets commas stand where nothing is between them.
            if (input.TryTake(','))
            {
                continue;
            }

            var source = new Source(TakeUuid(ref input), "");
            input.Take(':');
            do
            {
                source = TakeTag(ref input, source);
                var intervals = all.TryGetValue(source, out var known) ? known : all[source] = [];
                var first = (long)input.TakeNumber(1, MaxNumber, "a transaction number");
                var last = input.TryTake('-') ? (long)input.TakeNumber(1, MaxNumber, "a transaction number") : first;
                if (isOwned && input.TryTake('#'))
                {
                    input.TakeNumber(0, ulong.MaxValue, "a thread id");
                }

                if (last >= first)
                {
                    intervals.Add(new GtidInterval(first, last));
                }
            } while (input.TryTake(':'));

            if (!input.IsAtEnd && !input.TryTake(','))
            {
                throw input.Unexpected("','");
            }
        }

        return all;
    }

    private static Guid TakeUuid(ref PositionText input)
    {
        var text = input.Peek(UuidLength);
        if (!Guid.TryParseExact(text, "D", out var uuid))
        {
            throw input.Unexpected("a source's UUID");
        }

        input.Skip(UuidLength);
        return uuid;
    }

    private static Source TakeTag(ref PositionText input, Source source)
    {
        _ = input.IsAtEnd;
        if (!input.IsNext(static c => char.IsAsciiLetter(c) || c == '_'))
        {
            return source;
        }

        var tag = input.TakeWhile(static c => char.IsAsciiLetterOrDigit(c) || c == '_').ToString().ToLowerInvariant();
        if (tag.Length > MaxTagLength)
        {
            throw new FormatException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"Not a {Kind}, at offset {input.Offset - tag.Length}: a tag has at most {MaxTagLength} characters."
                )
            );
        }

        input.Take(':');
        return source with { Tag = tag };
    }

    private static MySqlGtidSet Of(SortedDictionary<Source, List<GtidInterval>> all)
    {
        var sources = new SortedDictionary<Source, GtidInterval[]>();
        foreach (var (source, intervals) in all)
        {
            if (intervals.Count > 0)
            {
                sources[source] = Merged(intervals, gap: 0);
            }
        }

        return new MySqlGtidSet(sources);
    }

    // Joins what overlaps, touches, or has at most so many missing between it.
    private static GtidInterval[] Merged(List<GtidInterval> intervals, long gap)
    {
        intervals.Sort(static (a, b) => a.First.CompareTo(b.First));
        var merged = new List<GtidInterval> { intervals[0] };
        foreach (var next in intervals)
        {
            var current = merged[^1];
            if (next.First - 1 - gap <= current.Last)
            {
                merged[^1] = current with { Last = Math.Max(current.Last, next.Last) };
            }
            else
            {
                merged.Add(next);
            }
        }

        return [.. merged];
    }

    private int CountIntervals() => _sources.Values.Sum(intervals => intervals.Length);

    private MySqlGtidSet WithAtMost(int count)
    {
        if (CountIntervals() is var intervals && intervals <= Math.Max(count, _sources.Count))
        {
            return this;
        }

        var gaps = _sources.Values.SelectMany(i => i.Skip(1).Select((next, at) => next.First - i[at].Last - 1)).Order().ToArray();
        var widest = gaps[Math.Min(gaps.Length, intervals - count) - 1];
        var filled = new SortedDictionary<Source, GtidInterval[]>();
        foreach (var (source, own) in _sources)
        {
            filled[source] = Merged([.. own], widest);
        }

        return new MySqlGtidSet(filled);
    }

    private readonly record struct Source(Guid Uuid, string Tag) : IComparable<Source>
    {
        // As the server sorts them: by the UUID's text, the transactions without a tag first.
        public int CompareTo(Source other) =>
            string.CompareOrdinal(Uuid.ToString("D"), other.Uuid.ToString("D")) is var byUuid and not 0
                ? byUuid
                : string.CompareOrdinal(Tag, other.Tag);
    }
}
