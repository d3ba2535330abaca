using System.Collections.Concurrent;
using MonotonicReads.Observability;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Choosing;

/// <summary>
/// Compares replicas with the primary, off the way of reads: one that holds what the primary lacks (a failover lost it, or somebody wrote
/// there) takes no new sessions, because none could go on on the primary.
/// </summary>
/// <param name="source">The data source of the servers.</param>
/// <param name="reports">Where it is said.</param>
/// <param name="replicas">The replicas of the moment.</param>
/// <param name="isAllowed">Whether one that holds more takes new sessions all the same.</param>
internal sealed class Divergence(ISessionSource source, RoutingReports reports, Func<IEnumerable<RoutedServer>> replicas, bool isAllowed)
{
    // Nothing says yet that anything went wrong: the servers are let alone while reads begin.
    private static readonly TimeSpan BeforeFirst = TimeSpan.FromSeconds(1);

    // A server that is another one each time is none that can be compared.
    private const int MostRounds = 3;

    // What is being compared, and how often that was asked for since it began.
    private readonly ConcurrentDictionary<RoutedServer, int> _running = new();

    /// <summary>A run of a server is there that was not there before.</summary>
    /// <param name="server">The server; it has said what it holds.</param>
    /// <param name="isOther">Whether there was another before it.</param>
    public void NoteRun(RoutedServer server, bool isOther)
    {
        if (!server.IsPrimary)
        {
            Look(server, knowsHeld: true);
            return;
        }

        foreach (var replica in replicas())
        {
            Look(replica, knowsHeld: !isOther);
        }
    }

    /// <summary>The primary has said what it holds, later than its replicas did.</summary>
    public void NoteHeld()
    {
        foreach (var replica in replicas())
        {
            Look(replica, knowsHeld: true);
        }
    }

    /// <summary>A server has written to a replica that had not done so when it was compared: the next primary, or somebody who wrote on the
    /// replica.</summary>
    public void NoteNewWriter(RoutedServer replica)
    {
        if (replica is { IsPrimary: false, Compared: not null })
        {
            Begin(replica);
        }
    }

    /// <summary>Whether a replica takes no new sessions. Looks again now and then, since the cause may have been mended, or since a server
    /// did not answer the last time.</summary>
    public bool KeepsOut(RoutedServer replica)
    {
        var isDiverged = replica.IsDiverged;
        if (
            replica.Tried is { } tried
            && (isDiverged || tried.HasFailed)
            && source.Time.GetElapsedTime(tried.At) > ReplicaLosses.UnavailableFor
            && _running.TryAdd(replica, 1)
        )
        {
            Start(replica);
        }

        return isDiverged && !isAllowed;
    }

    // Nobody is asked where it is known already that the primary has all.
    private void Look(RoutedServer replica, bool knowsHeld)
    {
        var primary = source.Primary;
        var (incarnation, primaryIncarnation) = (replica.Incarnation, primary.Incarnation);
        if (incarnation == 0 || primaryIncarnation == 0)
        {
            // Who is met last is compared.
            return;
        }

        if (knowsHeld && replica.Held is { } held && primary.Protocol == replica.Protocol && primary.Held?.Contains(held) == true)
        {
            Note(replica, incarnation, primaryIncarnation, Lineage.Same);
        }
        else if (primaryIncarnation == 1 && replica.Compared is null)
        {
            InBackground(async () =>
            {
                await Task.Delay(BeforeFirst, source.Time).ConfigureAwait(false);
                if (replica.Compared is null)
                {
                    Begin(replica);
                }
            });
        }
        else
        {
            Begin(replica);
        }
    }

    // Something has happened: a comparison that is under way may have asked before that.
    private void Begin(RoutedServer replica)
    {
        if (_running.AddOrUpdate(replica, 1, static (_, times) => times + 1) == 1)
        {
            Start(replica);
        }
    }

    // Apart, so that a draw that starts nothing allocates nothing.
    private void Start(RoutedServer replica) => InBackground(() => RunAsync(replica));

    // Not in the session of whoever opened the connection that told.
    private static void InBackground(Func<Task> work)
    {
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = Task.Run(work);
    }

    private async Task RunAsync(RoutedServer replica)
    {
        // Until it is known: not again at each draw, whatever ends this.
        NoteTry(replica, hasFailed: true);
        var isOver = false;
        try
        {
            for (var left = MostRounds; left > 0; left--)
            {
                var times = _running.GetValueOrDefault(replica);
                var hasAnswered = await TryCompareAsync(replica).ConfigureAwait(false);
                if (hasAnswered && replica.Compared?.IsOf(replica.Incarnation, source.Primary.Incarnation) == false)
                {
                    continue;
                }

                NoteTry(replica, hasFailed: !hasAnswered);
                isOver = _running.TryRemove(new(replica, times));
                if (isOver)
                {
                    return;
                }
            }

            NoteTry(replica, hasFailed: true);
        }
        finally
        {
            if (!isOver)
            {
                _running.TryRemove(replica, out _);
            }
        }
    }

    // False where a server does not answer: it is not known then, whoever needs to know asks, and it is tried again.
    private async Task<bool> TryCompareAsync(RoutedServer replica)
    {
        try
        {
            await CompareAsync(replica).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (source.IsServerFailure(exception) || exception is InvalidOperationException)
        {
            return false;
        }
    }

    private async Task CompareAsync(RoutedServer replica)
    {
        var (held, incarnation) = await AskAsync(replica, static (server, questions) => server.Protocol?.HeldAsync(questions) ?? default)
            .ConfigureAwait(false);
        var (lacks, primary) = await AskAsync(
                source.Primary,
                (server, questions) =>
                    held is not null && server.Protocol is { } protocol && protocol == replica.Protocol
                        ? protocol.LacksAsync(questions, held)
                        : default
            )
            .ConfigureAwait(false);
        var found =
            held is null || source.Primary.Protocol != replica.Protocol || !source.Primary.CanTellWhatWasSeen ? Lineage.Untold
            : lacks ? Lineage.Diverged
            : Lineage.Same;
        Note(replica, incarnation, primary, found);
    }

    private void Note(RoutedServer replica, int incarnation, int primaryIncarnation, Lineage found)
    {
        var before = replica.IsDiverged;
        replica.Compared = new Comparison(incarnation, primaryIncarnation, found);
        NoteTry(replica, hasFailed: false);
        if (before != replica.IsDiverged)
        {
            reports.Diverged(replica.Name, replica.IsDiverged);
        }
    }

    private void NoteTry(RoutedServer replica, bool hasFailed) => replica.Tried = new ComparisonTry(source.Time.GetTimestamp(), hasFailed);

    private ValueTask<(T Answer, int Incarnation)> AskAsync<T>(
        RoutedServer server,
        Func<RoutedServer, ServerQuestions, ValueTask<T>> ask
    ) => AskedServer.AskAsync(source, server, ask, isAsync: true, CancellationToken.None);
}
