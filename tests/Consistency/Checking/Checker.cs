using System.Globalization;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Checking;

/// <summary>
/// Judges a history. Knows states, what contains what, and which call returned before which began; nothing of servers and routing.
/// After one sort by time it looks at each entry twice, when it begins and when it ends.
/// </summary>
/// <remarks>
/// Of what it cannot tell it says nothing, and counts it: a write whose call threw is neither written nor not, calls that overlap are in no
/// order, and a state whose line has a gap is not compared. A session reports each promise once.
/// </remarks>
internal sealed class Checker
{
    private readonly StateTree _tree;
    private readonly IReadOnlyList<Entry> _entries;
    private readonly bool _primaryMoves;
    private readonly Func<Position, bool> _survives;
    private readonly Dictionary<int, SessionState> _sessions = [];
    private readonly Dictionary<int, SessionState> _tokens = [];
    private readonly Dictionary<int, Entry> _scopes = [];
    private readonly Dictionary<int, Position> _fresh = [];
    private readonly Dictionary<int, int> _freshEntry = [];
    private readonly Dictionary<int, List<(long At, Position Position, int Entry)>> _known = [];
    private readonly Dictionary<long, long> _acknowledged = [];
    private readonly HashSet<string> _primaries;
    private readonly List<Violation> _violations = [];
    private int _unjudged;

    /// <summary>A checker over a history.</summary>
    /// <param name="tree">The states, resolved.</param>
    /// <param name="entries">The history.</param>
    /// <param name="newest">The newest state at the end: what it does not contain was lost.</param>
    /// <param name="primaryMoves">Whether another server became the primary meanwhile: then only what went through the same
    /// data source is known to it.</param>
    public Checker(StateTree tree, IReadOnlyList<Entry> entries, Position newest, bool primaryMoves)
    {
        (_tree, _entries, _primaryMoves) = (tree, entries, primaryMoves);
        _primaries = [.. entries.Where(e => (e.Claims & Claims.Fresh) != 0).Select(e => e.Server).OfType<string>()];
        _survives = position => tree.Contains(newest, position) == true;
    }

    /// <summary>What could not be told.</summary>
    public int Unjudged => _unjudged;

    public IReadOnlyList<Violation> Check()
    {
        // At equal times beginnings come first: such calls overlap.
        var moments = new List<(long At, bool IsEnd, int Entry)>(_entries.Count * 2);
        for (var i = 0; i < _entries.Count; i++)
        {
            var entry = _entries[i];
            moments.Add((entry.Begin, false, i));
            if (entry.End != 0)
            {
                moments.Add((entry.End, true, i));
            }
        }

        moments.Sort();
        var begun = new Begun?[_entries.Count];
        foreach (var (_, isEnd, index) in moments)
        {
            var entry = _entries[index];
            if (isEnd)
            {
                End(entry, index, begun[index]);
                begun[index] = null;
            }
            else
            {
                begun[index] = Begin(entry);
            }
        }

        return _violations;
    }

    private Begun? Begin(Entry entry)
    {
        switch (entry.Kind)
        {
            case EntryKind.Session:
                var carried = entry.Token != 0 ? _tokens.GetValueOrDefault(entry.Token) : null;
                _sessions[entry.Session] = carried is null ? new(entry) : carried.ResumedAs(entry);
                return null;
            case EntryKind.Token when _sessions.TryGetValue(entry.Session, out var exported):
                _tokens[entry.Token] = exported.ResumedAs(exported.Begun);
                return null;
            case EntryKind.Event when _sessions.TryGetValue(entry.Session, out var told):
                told.WasMoved = true;
                return null;
            case EntryKind.Late:
                _violations.Add(new(Promise.Deadline, $"A caller waited for {entry.Seconds:F1} s: {entry.Via}", [entry]));
                return null;
            case EntryKind.Error when !entry.IsAllowed:
                _violations.Add(new(Promise.Exceptions, $"A caller got {entry.Text}: {entry.Detail}", [entry]));
                return null;
            case EntryKind.Read:
                var fresh = FreshFor(entry.Source, out var freshEntry);
                return _sessions.TryGetValue(entry.Session, out var session)
                    ? new(session.Seen, session.Written, session.KeysSeen, fresh, freshEntry)
                    : new(Floor.Empty, Floor.Empty, [], fresh, freshEntry);
            default:
                return null;
        }
    }

    private void End(Entry entry, int index, Begun? begun)
    {
        if (entry.Kind == EntryKind.Write && entry.IsAcknowledged)
        {
            _acknowledged[entry.Tag] = entry.End;
            if ((entry.Claims & Claims.OwnWrites) != 0 && _sessions.TryGetValue(entry.Session, out var writer))
            {
                writer.Written = writer.Written.With(_tree, new(entry.Tag, 0), index);
            }

            Note(entry.Source, new(entry.Tag, _tree.NumberOf(entry.Tag)), index);
        }

        if (entry.Kind == EntryKind.Read && begun is not null)
        {
            Judge(entry, index, begun);
        }
    }

    private void Judge(Entry read, int index, Begun begun)
    {
        var session = _sessions.GetValueOrDefault(read.Session);
        Prefix(read, session);
        if (read.Child is not null)
        {
            return; // it asks whether one row is there, and tells no state
        }

        session?.NoteRead(read, _primaryMoves);
        if ((read.Claims & Claims.Monotonic) != 0 && session is { IsFree: false })
        {
            Compare(Promise.Monotonic, read, session, begun.Seen, "is older than what the session had read before");
            if (read.Key >= 0 && session.KeysSeen.TryGetValue(read.Key, out var seen))
            {
                Versions(read, session, begun.KeysSeen);
            }
        }

        if ((read.Claims & Claims.OwnWrites) != 0 && session is { IsFree: false } && !session.MayBeOnAnother(_primaryMoves))
        {
            Compare(Promise.OwnWrites, read, session, begun.Written, "lacks what the session had written before");
        }

        if ((read.Claims & Claims.Fresh) != 0)
        {
            Fresh(read, session, begun);
        }

        if ((read.Claims & (Claims.Global | Claims.Bounded)) != 0)
        {
            Since(read, session);
        }

        if (read.Scope != 0)
        {
            OneMoment(read, session);
        }

        if (session is not null)
        {
            See(session, read, index);
        }

        if ((read.Claims & Claims.Fresh) != 0 && read.IsExact)
        {
            Note(read.Source, StateOf(read), index);
        }
    }

    private static Position StateOf(Entry read) => new(read.State, read.Number);

    private void See(SessionState session, Entry read, int index)
    {
        if (read.IsExact)
        {
            session.Seen = session.Seen.With(_tree, StateOf(read), index);
        }
        else if (read.Key != Schema.ReplicaKey && _tree.NumberOf(read.KeyTag) > _tree.RootNumber)
        {
            session.Seen = session.Seen.With(_tree, new(read.KeyTag, _tree.NumberOf(read.KeyTag)), index);
        }

        if (read.Key >= 0 && !(session.KeysSeen.TryGetValue(read.Key, out var known) && known.Version >= read.KeyVersion))
        {
            session.KeysSeen = new(session.KeysSeen) { [read.Key] = (read.KeyVersion, index) };
        }
    }

    // What a state lacks of a floor.
    private void Compare(Promise promise, Entry read, SessionState session, Floor floor, string how)
    {
        if (!read.IsExact && read.Key == Schema.ReplicaKey)
        {
            return;
        }

        var missing = read.IsExact
            ? floor.MissingIn(_tree, StateOf(read), ref _unjudged)
            : floor.MissingIn(_tree, read.Key, new(read.KeyTag, _tree.NumberOf(read.KeyTag)), ref _unjudged);
        if (missing is { } required && session.Reports(promise))
        {
            var earlier = _entries[required.Entry];
            _violations.Add(
                new(promise, $"{Describe(read)} {how}: {Describe(earlier)}", [session.Begun, .. Between(session, earlier, read)])
            );
        }
    }

    // Versions of one key only rise, on whichever server; also of a key that was written on one replica alone.
    private void Versions(Entry read, SessionState session, Dictionary<int, (long Version, int Entry)> seen)
    {
        if (seen.TryGetValue(read.Key, out var earlier) && earlier.Version > read.KeyVersion && session.Reports(Promise.Monotonic))
        {
            var before = _entries[earlier.Entry];
            _violations.Add(
                new(
                    Promise.Monotonic,
                    $"{Describe(read)} shows version {read.KeyVersion} of key {read.Key} after version {earlier.Version}: {Describe(before)}",
                    [session.Begun, .. Between(session, before, read)]
                )
            );
        }
    }

    private void Prefix(Entry read, SessionState? session)
    {
        if (read.Rows is not { } rows)
        {
            return;
        }

        if (read.Child is { } child)
        {
            if (
                rows.Length == 0
                && (read.Claims & Claims.Monotonic) != 0
                && session is { IsFree: false }
                && !session.MayBeOnAnother(_primaryMoves)
                && session.Reports(Promise.Prefix)
            )
            {
                _violations.Add(
                    new(Promise.Prefix, $"{Describe(read)} finds no parent {child.Parent} of {child.Number}", [session.Begun, read])
                );
            }

            return;
        }

        for (var i = 0; i + 1 < rows.Length; i++)
        {
            if (
                rows[i].Parent != rows[i + 1].Tag
                && !IsBeingCommitted(rows[i].Parent, read)
                && (session is null || session.Reports(Promise.Prefix))
            )
            {
                _violations.Add(
                    new(
                        Promise.Prefix,
                        $"{Describe(read)} shows {rows[i].Number}, a child of {rows[i].Parent}, without its parent",
                        session is null ? [read] : [session.Begun, read]
                    )
                );
                return;
            }
        }
    }

    // One statement on the primary shows what its engine calls a moment: InnoDB was seen to leave out one of two commits that follow each
    // other within microseconds (1 of some 400,000 reads). No routing takes part in it; what was acknowledged before is there.
    private bool IsBeingCommitted(long tag, Entry read) =>
        _primaries.Contains(read.Server ?? "") && !(_acknowledged.TryGetValue(tag, out var at) && at < read.Begin);

    private void OneMoment(Entry read, SessionState? session)
    {
        if (!_scopes.TryGetValue(read.Scope, out var first))
        {
            _scopes[read.Scope] = read;
            return;
        }

        if (IsOneMoment(first, read) is not { } same)
        {
            _unjudged++;
        }
        else if (!same && (session is null || session.Reports(Promise.OneMoment)))
        {
            _violations.Add(
                new(
                    Promise.OneMoment,
                    $"{Describe(read)} shows another moment than the snapshot's first read: {Describe(first)}",
                    session is null ? [first, read] : [session.Begun, first, read]
                )
            );
        }

        // A whole state says more of the moment than a key.
        if (!first.IsExact && read.IsExact)
        {
            _scopes[read.Scope] = read;
        }
    }

    private bool? IsOneMoment(Entry a, Entry b)
    {
        if (a.IsExact && b.IsExact)
        {
            return a.State == b.State;
        }

        var (exact, other) = a.IsExact ? (a, b) : (b, a);
        if (exact.IsExact && other.Key != Schema.ReplicaKey)
        {
            return _tree.KeyTag(exact.State, other.Key) is { } tag ? tag == other.KeyTag : null;
        }

        return a.Key == b.Key ? a.KeyTag == b.KeyTag : null;
    }

    private void Fresh(Entry read, SessionState? session, Begun begun)
    {
        if (!read.IsExact || begun.FreshEntry < 0)
        {
            return;
        }

        // A connection that was open before stays where it is.
        var earlier = _entries[begun.FreshEntry];
        if (read.Opened != 0 && read.Opened <= earlier.End)
        {
            return;
        }

        switch (_tree.Contains(StateOf(read), begun.Fresh))
        {
            case null:
                _unjudged++;
                break;
            case false when session is null || session.Reports(Promise.PrimaryIsFresh):
                _violations.Add(
                    new(
                        Promise.PrimaryIsFresh,
                        $"{Describe(read)}, on the primary, is older than {Describe(earlier)}",
                        session is null ? [earlier, read] : [session.Begun, earlier, read]
                    )
                );
                break;
        }
    }

    // What everybody knew at a moment, and not what is known by now.
    private void Since(Entry read, SessionState? session)
    {
        if (!read.IsExact || !_known.TryGetValue(_primaryMoves ? read.Source : -1, out var known))
        {
            return;
        }

        var (from, to) = (0, known.Count);
        while (from < to)
        {
            var middle = (from + to) / 2;
            (from, to) = known[middle].At < read.Since ? (middle + 1, to) : (from, middle);
        }

        if (from == 0)
        {
            return;
        }

        var (at, position, entry) = known[from - 1];
        var promise = (read.Claims & Claims.Global) != 0 ? Promise.Global : Promise.Bounded;
        switch (_tree.Contains(StateOf(read), position))
        {
            case null:
                _unjudged++;
                break;
            case false when session is null || session.Reports(promise):
                var earlier = _entries[entry];
                var how = string.Create(
                    CultureInfo.InvariantCulture,
                    $"which was there {(read.Begin - at) / 1e6:F1} ms before it began, {(read.Since - at) / 1e6:F1} ms before what it has to contain"
                );
                _violations.Add(
                    new(
                        promise,
                        $"{Describe(read)} lacks {Describe(earlier)}, {how}",
                        session is null ? [earlier, read] : [session.Begun, .. Between(session, earlier, read)]
                    )
                );
                break;
        }
    }

    private Position FreshFor(int source, out int entry)
    {
        var scope = _primaryMoves ? source : -1;
        entry = _freshEntry.GetValueOrDefault(scope, -1);
        return _fresh.GetValueOrDefault(scope);
    }

    // Of what survives, all of which is on one line, the newest.
    private void Note(int source, Position position, int index)
    {
        var scope = _primaryMoves ? source : -1;
        if (position.Number > _fresh.GetValueOrDefault(scope).Number && _survives(position))
        {
            (_fresh[scope], _freshEntry[scope]) = (position, index);
            if (!_known.TryGetValue(scope, out var known))
            {
                _known[scope] = known = [];
            }

            known.Add((_entries[index].End, position, index));
        }
    }

    // The read that was broken, what it was compared with, and the reads around them say all; at most a dozen.
    private List<Entry> Between(SessionState session, Entry earlier, Entry read)
    {
        var told = _entries
            .Where(e =>
                e.Session == session.Begun.Session
                && e.Kind is EntryKind.Event or EntryKind.Token or EntryKind.Error
                && e.Session == session.Begun.Session
            )
            .Where(e => e.Begin >= earlier.Begin && e.Begin <= read.End)
            .TakeLast(8);
        return [.. told.Append(earlier).Append(read).DistinctBy(e => (e.Kind, e.Begin, e.End)).OrderBy(e => e.Begin)];
    }

    private static string Describe(Entry entry) =>
        entry.Kind switch
        {
            EntryKind.Write => string.Create(CultureInfo.InvariantCulture, $"write {entry.Tag} ({entry.Via})"),
            _ when entry.IsExact => string.Create(
                CultureInfo.InvariantCulture,
                $"the {entry.Level} read of {entry.Number} (tag {entry.State}) on {entry.Server} ({entry.Via})"
            ),
            _ => string.Create(
                CultureInfo.InvariantCulture,
                $"the {entry.Level} read of key {entry.Key} at version {entry.KeyVersion} (tag {entry.KeyTag}) on {entry.Server} ({entry.Via})"
            ),
        };

    private sealed record Begun(
        Floor Seen,
        Floor Written,
        Dictionary<int, (long Version, int Entry)> KeysSeen,
        Position Fresh,
        int FreshEntry
    );

    private sealed class SessionState(Entry begun)
    {
        private int _reported;
        private string? _server;

        public Entry Begun => begun;

        public Floor Seen { get; set; } = Floor.Empty;

        public Floor Written { get; set; } = Floor.Empty;

        public Dictionary<int, (long Version, int Entry)> KeysSeen { get; set; } = [];

        public bool WasMoved { get; set; }

        /// <summary>Redraw gives up what was seen when a replica is lost, and says so by an event.</summary>
        public bool IsFree => WasMoved && begun.Policy == ReplicaLoss.Redraw;

        /// <summary>Of a row that is not there nobody knows on which server, nor of a write; under Redraw that may be another one.</summary>
        public bool MayBeOnAnother(bool primaryMoves) =>
            begun.Policy == ReplicaLoss.Redraw && (primaryMoves || begun.Level == ReadConsistency.Primary);

        /// <summary>Under Redraw another primary is as good as another replica; no event says so.</summary>
        public void NoteRead(Entry read, bool primaryMoves)
        {
            WasMoved |=
                begun.Policy == ReplicaLoss.Redraw
                && (primaryMoves || begun.Level == ReadConsistency.Primary)
                && _server is not null
                && read.Server != _server;
            _server = read.Server;
        }

        /// <summary>What goes on from a token knows what was known when that was made.</summary>
        public SessionState ResumedAs(Entry entry) =>
            new(entry)
            {
                Seen = Seen,
                Written = Written,
                KeysSeen = KeysSeen,
                WasMoved = WasMoved,
            };

        public bool Reports(Promise promise)
        {
            var bit = 1 << (int)promise;
            var isFirst = (_reported & bit) == 0;
            _reported |= bit;
            return isFirst;
        }
    }
}
