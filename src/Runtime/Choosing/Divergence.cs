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
internal sealed class Divergence(ISessionSource source, RoutingReports reports, Func<IEnumerable<RoutedServer>> replicas)
{
    private readonly ConcurrentDictionary<RoutedServer, bool> _running = new();

    /// <summary>Another run of a server is there: what was found of the one before holds no more.</summary>
    public void NoteRun(RoutedServer server)
    {
        foreach (var replica in server.IsPrimary ? replicas() : [server])
        {
            Begin(replica);
        }
    }

    /// <summary>Whether a replica takes no new sessions. Looks again now and then, since the cause may have been mended.</summary>
    public bool KeepsOut(RoutedServer replica)
    {
        if (!replica.IsDiverged)
        {
            return false;
        }

        if (source.Time.GetElapsedTime(replica.Compared!.At) > ReplicaLosses.UnavailableFor)
        {
            Begin(replica);
        }

        return true;
    }

    /// <summary>Compares a replica with the primary, and takes note of what is found.</summary>
    private async Task<Comparison> CompareAsync(RoutedServer replica, CancellationToken cancellation)
    {
        var (held, incarnation) = await AskAsync(
                replica,
                static (server, questions) => server.Protocol?.HeldAsync(questions) ?? default,
                cancellation
            )
            .ConfigureAwait(false);
        var (lacks, primary) = await AskAsync(
                source.Primary,
                (server, questions) => held is null ? default : server.Protocol!.LacksAsync(questions, held),
                cancellation
            )
            .ConfigureAwait(false);
        var found =
            held is null || !source.Primary.CanTellWhatWasSeen ? Lineage.Untold
            : lacks ? Lineage.Diverged
            : Lineage.Same;
        var before = replica.IsDiverged;
        var compared = new Comparison(incarnation, primary, found, source.Time.GetTimestamp());
        replica.Compared = compared;
        if (before != replica.IsDiverged)
        {
            reports.Diverged(replica.Name, replica.IsDiverged);
        }

        return compared;
    }

    /// <summary>Compares in the background.</summary>
    public void Begin(RoutedServer replica)
    {
        if (!_running.TryAdd(replica, true))
        {
            return;
        }

        // Not in the session of whoever opened the connection that told.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        _ = Task.Run(() => RunAsync(replica));
    }

    private async Task RunAsync(RoutedServer replica)
    {
        try
        {
            Comparison compared;
            do
            {
                compared = await CompareAsync(replica, CancellationToken.None).ConfigureAwait(false);
            } while (!compared.IsOf(replica.Incarnation, source.Primary.Incarnation));
        }
        catch (Exception exception) when (source.IsServerFailure(exception) || exception is InvalidOperationException)
        {
            // Not known: whoever needs to know asks the servers then.
        }
        finally
        {
            _running.TryRemove(replica, out _);
        }
    }

    private async ValueTask<(T Answer, int Incarnation)> AskAsync<T>(
        RoutedServer server,
        Func<RoutedServer, ServerQuestions, ValueTask<T>> ask,
        CancellationToken cancellation
    )
    {
        SilentServerException? silent = null;
        var connection = await BoundedOpening
            .OpenAsync(server, BoundedOpening.Patience, source.Time, isAsync: true, cancellation)
            .ConfigureAwait(false);
        try
        {
            var questions = new ServerQuestions(server, connection, source.Time, isAsync: true, cancellation);
            await server.MeetAsync(questions).ConfigureAwait(false);
            var incarnation = server.Incarnation;
            return (await ask(server, questions).ConfigureAwait(false), incarnation);
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            throw;
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync: true).ConfigureAwait(false);
        }
    }
}
