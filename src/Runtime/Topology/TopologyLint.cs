using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>Asks every server for the settings on which the promises rest, and looks at what it says.</summary>
/// <param name="servers">Those that can be asked, the primary first.</param>
/// <param name="time">The clock.</param>
/// <param name="needsLag">Whether something was configured that needs to know how far replicas are behind.</param>
/// <param name="questions">What else has to be known of them.</param>
/// <param name="cancellation">Ends the questions.</param>
internal sealed class TopologyLint(
    IReadOnlyList<RoutedServer> servers,
    TimeProvider time,
    bool needsLag,
    TopologyLint.Questions questions,
    CancellationToken cancellation
)
{
    // Servers that do not answer cost their time together, and not one after the other.
    private const int AtOnce = 16;

    private readonly ServerLooks _looks = new(time, questions.MayReplicasWrite, questions.OpenAlone, cancellation);

    public async Task<IReadOnlyList<TopologyFinding>> RunAsync()
    {
        var found = new Findings();
        var primaries = await SeenAsync(found, servers.Where(static server => server.IsPrimary)).ConfigureAwait(false);
        var seen = primaries
            .Concat(await SeenAsync(found, servers.Where(static server => !server.IsPrimary)).ConfigureAwait(false))
            .ToList();
        new RoleLint(found, seen).IsNoPrimary();
        await EachAsync(found, seen, (one, own) => JudgeAsync(one, own, seen)).ConfigureAwait(false);
        new RoleLint(found, seen).AreTheSame();
        return found.All;
    }

    private async Task<List<SeenServer>> SeenAsync(Findings found, IEnumerable<RoutedServer> asked)
    {
        var all = asked.ToList();
        var seen = new SeenServer?[all.Count];
        await EachAsync(
                found,
                Enumerable.Range(0, all.Count).ToList(),
                async (at, own) => seen[at] = await _looks.LookAsync(all[at], own).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        return [.. seen.OfType<SeenServer>()];
    }

    // At the same time, and told in their order.
    private async Task EachAsync<T>(Findings found, IReadOnlyList<T> all, Func<T, Findings, Task> act)
    {
        var own = all.Select(static _ => new Findings()).ToList();
        await Parallel
            .ForEachAsync(
                Enumerable.Range(0, all.Count),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
                async (at, _) => await act(all[at], own[at]).ConfigureAwait(false)
            )
            .ConfigureAwait(false);
        own.ForEach(found.AddAll);
    }

    // What goes wrong with one server hides nothing of the others.
    private async Task JudgeAsync(SeenServer one, Findings found, IReadOnlyList<SeenServer> seen)
    {
        try
        {
            var settings = new SettingsLint(found);
            var filters = new FilterLint(
                found,
                seen.FirstOrDefault(static other => other.IsPrimary),
                other => questions.DatabaseOf(other.Server)
            );
            settings.IsBalanced(one);
            settings.HasNoGtids(one);
            if (one.IsPrimary)
            {
                await LookAtPrimaryAsync(one, found, settings, filters).ConfigureAwait(false);
            }
            else if (new RoleLint(found, seen) is var roles && !roles.IsPrimaryItself(one))
            {
                filters.LeavesOut(one);
                await LookAtReplicaAsync(one, found, settings, roles, new FollowingLint(found, seen, _looks.HasReachedAsync))
                    .ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            found.Error(
                "MRT001",
                one.Server,
                $"cannot be asked to the end: {exception.Message}",
                "Run the lint again; if it says so again, report it with the versions of the servers."
            );
        }
    }

    private async Task LookAtPrimaryAsync(SeenServer primary, Findings found, SettingsLint settings, FilterLint filters)
    {
        settings.HasNoLog(primary);
        filters.LogLeavesOut(primary);
        if (primary.IsOn("log_bin") && !primary.IsRefused)
        {
            await _looks.MayNotBeAskedAsync(primary, found).ConfigureAwait(false);
        }
    }

    private async Task LookAtReplicaAsync(
        SeenServer replica,
        Findings found,
        SettingsLint settings,
        RoleLint roles,
        FollowingLint following
    )
    {
        var mayBePrimary = roles.MayBePrimary(replica);
        if (!roles.HasPrimarysPlace(replica))
        {
            if (replica.IsWritable)
            {
                roles.AcceptsWrites(replica);
            }
            else
            {
                roles.FollowsNobody(replica);
                settings.WritesInSpiteOfReadOnly(replica);
            }
        }

        roles.IsOfOtherKind(replica);
        HasOtherOptions(replica.Server, found);
        settings.AppliesOutOfOrder(replica);
        settings.HasSeveralDomains(replica);
        settings.LogsNothing(replica);
        following.HidesReplication(replica, needsLag);
        if (needsLag)
        {
            following.TellsNoLag(replica);
        }

        if (!mayBePrimary)
        {
            following.DoesNotRun(replica);
        }

        following.HasSeveralSources(replica);
        var isStranger = await following.IsOfOtherClusterAsync(replica).ConfigureAwait(false);
        if (
            questions.ComparesReplicas
            && !isStranger
            && !replica.IsRefused
            && roles.Primary is { } primary
            && await _looks.HoldsMoreAsync(replica, primary).ConfigureAwait(false)
        )
        {
            HoldsMore(replica, found, mayBePrimary);
        }
    }

    private static void HoldsMore(SeenServer replica, Findings found, bool mayBePrimary) =>
        found.Error(
            "MRT012",
            replica.Server,
            "holds what the primary lacks: a failover lost it, or somebody wrote there. A session that saw it cannot go on on the primary.",
            mayBePrimary
                ? "If it was promoted, make it the primary in the configuration; otherwise rebuild it from the primary."
                : "Rebuild it from the primary"
                    + (
                        replica.IsMariaDb
                            ? "."
                            : "; or, where no read sees the difference, commit empty transactions with its GTIDs on the primary."
                    )
        );

    private void HasOtherOptions(RoutedServer replica, Findings found)
    {
        if (questions.DifferencesOf(replica) is { Count: > 0 } differences)
        {
            found.Warning(
                "MRT014",
                replica,
                $"has other options in its connection string than the primary ({string.Join("; ", differences)}), so that a read gives "
                    + "another answer after its session has moved.",
                "Give all connection strings the same."
            );
        }
    }

    /// <summary>What the data source knows of its servers.</summary>
    /// <param name="ComparesReplicas">Whether it matters that a replica holds what the primary lacks.</param>
    /// <param name="DifferencesOf">The driver's options that a replica has otherwise than the primary.</param>
    /// <param name="DatabaseOf">The database that connections to a server are in; empty for none.</param>
    /// <param name="OpenAlone">Opens a connection of no pool to a server, whatever it is.</param>
    /// <param name="MayReplicasWrite">Whether a replica that accepts writes is not refused.</param>
    public sealed record Questions(
        bool ComparesReplicas,
        Func<RoutedServer, IReadOnlyList<string>> DifferencesOf,
        Func<RoutedServer, string> DatabaseOf,
        Func<RoutedServer, CancellationToken, Task<DbConnection>> OpenAlone,
        bool MayReplicasWrite
    );
}
