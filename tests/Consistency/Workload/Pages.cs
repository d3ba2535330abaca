using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Workload;

/// <summary>Pages of several reads each, one member for each policy; called through the generated wrapper.</summary>
public interface IPages
{
    Task<int> PrimaryAsync(Page page);
    Task<int> CaughtUpAsync(Page page);
    Task<int> FailAsync(Page page);
    Task<int> RedrawAsync(Page page);
    Task<int> RestartAsync(Page page);
}

/// <summary>All members read alike; only the policies differ.</summary>
// What a page takes down for the checker is meant to be taken down for each run.
#pragma warning disable MR1011
public sealed class Pages : IPages
{
    /// <inheritdoc/>
    [Monotonic(OnReplicaLoss = ReplicaLoss.Primary)]
    public Task<int> PrimaryAsync(Page page) => page.ReadAsync(ReplicaLoss.Primary);

    /// <inheritdoc/>
    [Monotonic(OnReplicaLoss = ReplicaLoss.CaughtUp)]
    public Task<int> CaughtUpAsync(Page page) => page.ReadAsync(ReplicaLoss.CaughtUp);

    /// <inheritdoc/>
    [Monotonic(OnReplicaLoss = ReplicaLoss.Fail)]
    public Task<int> FailAsync(Page page) => page.ReadAsync(ReplicaLoss.Fail);

    /// <inheritdoc/>
    [Monotonic(OnReplicaLoss = ReplicaLoss.Redraw)]
    public Task<int> RedrawAsync(Page page) => page.ReadAsync(ReplicaLoss.Redraw);

    /// <inheritdoc/>
    [Monotonic(OnReplicaLoss = ReplicaLoss.Restart)]
    public Task<int> RestartAsync(Page page) => page.ReadAsync(ReplicaLoss.Restart);
}
#pragma warning restore MR1011

/// <summary>A page that somebody asked for. Each run of its reads is a session of its own in the history.</summary>
public abstract class Page
{
    /// <summary>Reads it.</summary>
    /// <returns>How many reads that took.</returns>
    public abstract Task<int> ReadAsync(ReplicaLoss policy);
}

/// <summary>A page as a worker reads it, in the session that the wrapper began.</summary>
internal sealed class WorkersPage(
    Grounds grounds,
    Source source,
    ReplicatedMySqlDataSource data,
    Random random,
    bool isSynchronous,
    bool isSlow
) : Page
{
    private readonly int _reads = isSlow ? random.Next(10, 30) : random.Next(3, 12);
    private int _runs;
    private bool _hasLost;

    /// <summary>Asks for the page.</summary>
    public async Task VisitAsync(ReplicaLoss policy)
    {
        var pages = new ConsistentPages(new Pages());
        var counts = grounds.Pages.Of(policy);
        counts.Asked();
        try
        {
            await (
                policy switch
                {
                    ReplicaLoss.Primary => pages.PrimaryAsync(this),
                    ReplicaLoss.CaughtUp => pages.CaughtUpAsync(this),
                    ReplicaLoss.Fail => pages.FailAsync(this),
                    ReplicaLoss.Redraw => pages.RedrawAsync(this),
                    _ => pages.RestartAsync(this),
                }
            );
        }
#pragma warning disable CA1031 // What the caller of a page gets is what is counted; whether it may be is judged where it was thrown.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            counts.Failed(exception);
        }

        counts.Ended(_hasLost || _runs > 1);
    }

    public override async Task<int> ReadAsync(ReplicaLoss policy)
    {
        var session = ReadSession.Current!;
        var number = grounds.Recorder.NextSession();
        var client = new Client(grounds, source, data, number, ReadConsistency.Monotonic, new Random(random.Next()))
        {
            IsSynchronous = isSynchronous,
        };
        grounds.Recorder.Add(
            new()
            {
                Kind = EntryKind.Session,
                Session = number,
                Begin = Recorder.Now,
                Level = ReadConsistency.Monotonic,
                Policy = policy,
                Source = source.IdOf(data),
                Via = $"page {policy}{(isSynchronous ? ", sync" : "")}{(isSlow ? ", slow" : "")}",
            }
        );
        if (policy == ReplicaLoss.Redraw)
        {
            grounds.Recorder.Watch(session.Id, number);
        }

        try
        {
            for (var i = 0; i < _reads; i++)
            {
                if (!await client.ReadAsync())
                {
                    // The caller of the page gets what the read threw.
                    throw client.LastFailure!;
                }

                await client.PauseAsync(isSlow ? 60 : 8);
            }

            return _reads;
        }
        catch (Exception exception) when (Failures.IsLoss(exception))
        {
            _hasLost = true;
            throw;
        }
        finally
        {
            var decisions = session.GetDecisions();
            _hasLost |= decisions.Any(decision => decision.Server != decisions[0].Server);
            grounds.Pages.Of(policy).Ran(decisions, isFirst: _runs++ == 0);
            grounds.Recorder.Forget(session.Id, number);
        }
    }
}

/// <summary>How many pages were asked for under each policy, and what became of them.</summary>
internal sealed class PageTable
{
    private readonly ConcurrentDictionary<ReplicaLoss, PageCounts> _counts = new();

    public PageCounts Of(ReplicaLoss policy) => _counts.GetOrAdd(policy, _ => new PageCounts());

    public string Text(IReadOnlyDictionary<ReplicaLoss, long> violations)
    {
        var text = new StringBuilder().AppendLine(
            CultureInfo.InvariantCulture,
            $"{"pages by policy", -18}{"asked", 8}{"runs", 8}{"reads", 9}{"on primary", 12}{"per 1,000", 11}{"none was up", 13}{"after a loss", 14}{"per 1,000", 11}{"lost theirs", 13}{"told of it", 12}{"driver's", 10}{"cancelled", 11}{"violations", 12}"
        );
        foreach (var (policy, counts) in _counts.OrderBy(row => row.Key))
        {
            text.AppendLine(counts.Row(policy, violations.GetValueOrDefault(policy)));
        }

        return text.ToString();
    }
}

internal sealed class PageCounts
{
    private long _asked;
    private long _runs;
    private long _reads;
    private long _onPrimary;
    private long _begunThere;
    private long _lostTheirs;
    private long _lost;
    private long _cancelled;
    private long _other;

    public long Reads => Volatile.Read(ref _reads);

    public long Runs => Volatile.Read(ref _runs);

    public long Pages => Volatile.Read(ref _asked);

    /// <summary>The share of the reads that ran on the primary.</summary>
    public double OnPrimary => (double)Volatile.Read(ref _onPrimary) / Math.Max(1, Reads);

    public void Asked() => Interlocked.Increment(ref _asked);

    /// <summary>A run has ended.</summary>
    /// <param name="decisions">Where its reads ran.</param>
    /// <param name="isFirst">Whether it is the page's first: begun on the primary, it found no replica that was up. That says something of
    /// the moment, and nothing of the policy.</param>
    public void Ran(IReadOnlyList<RoutingDecision> decisions, bool isFirst)
    {
        var onPrimary = decisions.Count(static decision => decision.Server == "primary");
        Interlocked.Increment(ref _runs);
        Interlocked.Add(ref _reads, decisions.Count);
        Interlocked.Add(ref _onPrimary, onPrimary);
        Interlocked.Add(ref _begunThere, isFirst && decisions is [{ Server: "primary" }, ..] ? onPrimary : 0);
    }

    /// <summary>A page has been read, or not.</summary>
    public void Ended(bool hasLost) => Interlocked.Add(ref _lostTheirs, hasLost ? 1 : 0);

    /// <summary>The reads on the primary of pages that had lost their replica.</summary>
    public long AfterLoss => Volatile.Read(ref _onPrimary) - Volatile.Read(ref _begunThere);

    public void Failed(Exception exception) =>
        Interlocked.Increment(
            ref Failures.IsLoss(exception) ? ref _lost : ref exception is OperationCanceledException ? ref _cancelled : ref _other
        );

    public string Row(ReplicaLoss policy, long violations) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"  {policy, -16}{_asked, 8}{_runs, 8}{_reads, 9}{_onPrimary, 12}{1000 * OnPrimary, 11:F1}{_begunThere, 13}{AfterLoss, 14}{1000.0 * AfterLoss / Math.Max(1, Reads), 11:F2}{_lostTheirs, 13}{_lost, 12}{_other, 10}{_cancelled, 11}{violations, 12}"
        );
}
