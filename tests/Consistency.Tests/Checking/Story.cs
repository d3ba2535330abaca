using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Tests.Checking;

/// <summary>
/// A history written by hand. Writes are named by their tags and make one line, tag n being the child of tag n - 1, unless they say otherwise;
/// the first state is tag 1. Times are small numbers.
/// </summary>
internal sealed class Story
{
    private readonly StateTree _tree = new(1, 1, [.. Enumerable.Repeat(1L, Schema.Keys)]);
    private readonly List<Entry> _entries = [];
    private readonly Dictionary<long, long> _numbers = new() { [1] = 1 };
    private bool _primaryMoves;
    private long _newest = 1;

    public int Unjudged { get; private set; }

    /// <summary>A write that the servers have had; the newest one that is no loss survives.</summary>
    public Story Had(long tag, long? parent = null, int key = 3, bool isLost = false)
    {
        var after = parent ?? tag - 1;
        _numbers[tag] = _numbers[after] + 1;
        _tree.Add(new Link(_numbers[tag], tag, after), key);
        _newest = isLost ? _newest : tag;
        return this;
    }

    public Story Line(int upTo)
    {
        for (var tag = 2; tag <= upTo; tag++)
        {
            Had(tag);
        }

        return this;
    }

    public Story Session(
        int session = 1,
        ReadConsistency level = ReadConsistency.Monotonic,
        ReplicaLoss policy = ReplicaLoss.Primary,
        int token = 0,
        long at = 1
    ) =>
        Add(
            new()
            {
                Kind = EntryKind.Session,
                Session = session,
                Level = level,
                Policy = policy,
                Token = token,
                Begin = at,
            }
        );

    /// <summary>A read of the whole state.</summary>
    public Story Read(
        long begin,
        long end,
        long state,
        int session = 1,
        Claims claims = Claims.Monotonic,
        int scope = 0,
        int source = 1,
        long opened = 0,
        long? number = null,
        long since = 0
    ) =>
        Add(
            new()
            {
                Kind = EntryKind.Read,
                Session = session,
                Claims = claims,
                Begin = begin,
                End = end,
                State = state,
                Number = number ?? _numbers[state],
                Scope = scope,
                Source = source,
                Opened = opened,
                Since = since,
                Server = "n1",
            }
        );

    /// <summary>A read of one key alone.</summary>
    public Story ReadKey(long begin, long end, int key, long tag, long version = 1, Claims claims = Claims.Monotonic, int scope = 0) =>
        Add(
            new()
            {
                Kind = EntryKind.Read,
                Session = 1,
                Claims = claims,
                Begin = begin,
                End = end,
                Key = key,
                KeyTag = tag,
                KeyVersion = version,
                Scope = scope,
                Server = "n1",
            }
        );

    public Story Write(
        long begin,
        long end,
        long tag,
        int session = 1,
        bool acknowledged = true,
        Claims claims = Claims.Monotonic | Claims.OwnWrites,
        int source = 1
    ) =>
        Add(
            new()
            {
                Kind = EntryKind.Write,
                Session = session,
                Begin = begin,
                End = end,
                Tag = tag,
                IsAcknowledged = acknowledged,
                Claims = claims,
                Source = source,
            }
        );

    public Story Token(long at, int token, int session = 1) =>
        Add(
            new()
            {
                Kind = EntryKind.Token,
                Session = session,
                Begin = at,
                Token = token,
            }
        );

    public Story Event(long at, int session = 1) =>
        Add(
            new()
            {
                Kind = EntryKind.Event,
                Session = session,
                Begin = at,
                Text = "Moved",
            }
        );

    public Story Add(Entry entry)
    {
        _entries.Add(entry);
        return this;
    }

    public Story PrimaryMoves()
    {
        _primaryMoves = true;
        return this;
    }

    public IReadOnlyList<Violation> Judge()
    {
        _tree.Resolve();
        var checker = new Checker(_tree, _entries, new(_newest, _numbers[_newest]), _primaryMoves);
        var violations = checker.Check();
        Unjudged = checker.Unjudged;
        return violations;
    }

    public void IsGood() => Assert.Empty(Judge());

    public Violation Breaks(Promise promise)
    {
        var violation = Assert.Single(Judge());
        Assert.Equal(promise, violation.Promise);
        return violation;
    }
}
