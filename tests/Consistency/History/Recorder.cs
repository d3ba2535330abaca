using System.Collections.Concurrent;
using System.Diagnostics;

namespace MonotonicReads.Consistency.History;

/// <summary>Takes down what clients did and saw. It hands out the numbers that name sessions, writes and snapshots.</summary>
internal sealed class Recorder(MachineTime time, TimeSpan? longest = null)
{
    /// <summary>
    /// Opening twice (2 s each), questions of the product's (2 s, and 2 s to end them), the caller's statement on a server that stands still
    /// (3 s, and 2 s to end it) and a wait budget may follow one another; the rest is slack.
    /// </summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(25);

    private readonly TimeSpan _longest = longest ?? Longest;
    private readonly ConcurrentDictionary<long, (Entry Entry, TimeSpan Started)> _running = new();
    private readonly ConcurrentDictionary<(Guid Id, int Session), bool> _watched = new();
    private ConcurrentQueue<Entry> _entries = new();
    private int _sessions;
    private int _scopes;
    private int _tokens;
    private long _tags = 1;
    private long _steps;

    public static long Now => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    public MachineTime Time => time;

    public int NextSession() => Interlocked.Increment(ref _sessions);

    public int NextScope() => Interlocked.Increment(ref _scopes);

    public int NextToken() => Interlocked.Increment(ref _tokens);

    /// <summary>The tag of a write; 1 is that of the first state.</summary>
    public long NextTag() => Interlocked.Increment(ref _tags);

    public void Add(Entry entry) => _entries.Enqueue(entry);

    /// <summary>All since the last call.</summary>
    public List<Entry> Take() => [.. Interlocked.Exchange(ref _entries, new ConcurrentQueue<Entry>())];

    /// <summary>Events of the session with this id are taken down from now on. Sessions of one key have one id, and each is told.</summary>
    public void Watch(Guid id, int session) => _watched[(id, session)] = true;

    public void Forget(Guid id, int session) => _watched.TryRemove((id, session), out _);

    public void OnEvent(object? sender, ReadSessionEventArgs told)
    {
        foreach (var (id, session) in _watched.Keys)
        {
            if (id == told.SessionId)
            {
                Add(
                    new()
                    {
                        Kind = EntryKind.Event,
                        Session = session,
                        Begin = Now,
                        Text = told.Kind.ToString(),
                        Detail = $"{told.From} -> {told.To}: {told.Reason}",
                    }
                );
            }
        }
    }

    /// <summary>A caller begins to wait.</summary>
    public long BeginStep(Entry what)
    {
        var step = Interlocked.Increment(ref _steps);
        _running[step] = (what, time.Now);
        return step;
    }

    /// <summary>The caller has an answer.</summary>
    public void EndStep(long step)
    {
        if (_running.TryRemove(step, out var running) && time.Now - running.Started is var took && took > _longest)
        {
            Add(running.Entry with { Kind = EntryKind.Late, End = Now, Seconds = took.TotalSeconds });
        }
    }

    /// <summary>Who still waits, longer than anyone may.</summary>
    public IEnumerable<Entry> Overdue() =>
        _running
            .Values.Where(r => time.Now - r.Started > _longest)
            .Select(r => r.Entry with { Kind = EntryKind.Late, End = Now, Seconds = (time.Now - r.Started).TotalSeconds });
}
