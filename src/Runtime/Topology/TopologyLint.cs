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
    private readonly Findings _found = new();

    public async Task<IReadOnlyList<TopologyFinding>> RunAsync()
    {
        var looks = new ServerLooks(_found, time, questions.IsServerFailure, questions.OpenUnjudged, cancellation);
        var seen = new List<SeenServer>();
        foreach (var server in servers)
        {
            if (await looks.LookAsync(server).ConfigureAwait(false) is { } one)
            {
                seen.Add(one);
            }
        }

        var settings = new SettingsLint(_found);
        var roles = new RoleLint(_found, seen);
        var following = new FollowingLint(_found, seen, one => questions.DatabaseOf(one.Server), looks.HasReachedAsync);
        roles.IsNoPrimary();
        foreach (var one in seen)
        {
            settings.IsBalanced(one);
            settings.HasNoGtids(one);
            if (one.IsPrimary)
            {
                await LookAtPrimaryAsync(one, looks, settings, following).ConfigureAwait(false);
            }
            else if (!roles.IsPrimaryItself(one))
            {
                await LookAtReplicaAsync(one, settings, roles, following).ConfigureAwait(false);
            }
        }

        roles.AreTheSame();
        return _found.All;
    }

    private static async Task LookAtPrimaryAsync(SeenServer primary, ServerLooks looks, SettingsLint settings, FollowingLint following)
    {
        settings.HasNoLog(primary);
        following.LogLeavesOut(primary);
        if (primary.IsOn("log_bin") && !primary.IsRefused)
        {
            await looks.MayNotBeAskedAsync(primary).ConfigureAwait(false);
        }
    }

    private async Task LookAtReplicaAsync(SeenServer replica, SettingsLint settings, RoleLint roles, FollowingLint following)
    {
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
        HasOtherOptions(replica.Server);
        settings.AppliesOutOfOrder(replica);
        settings.HasSeveralDomains(replica);
        settings.LogsNothing(replica);
        following.HidesReplication(replica, needsLag);
        following.DoesNotRun(replica);
        following.HasSeveralSources(replica);
        following.LeavesOut(replica);
        var isStranger = await following.IsOfOtherClusterAsync(replica).ConfigureAwait(false);
        if (roles.HasPrimary && !isStranger && !replica.IsRefused && await questions.IsDiverged(replica.Server).ConfigureAwait(false))
        {
            HoldsMore(replica);
        }
    }

    private void HoldsMore(SeenServer replica) =>
        _found.Error(
            "MRT012",
            replica.Server,
            "holds what the primary lacks: a failover lost it, or somebody wrote there. A session that saw it cannot go on on the primary.",
            "Rebuild it from the primary"
                + (
                    replica.IsMariaDb
                        ? "."
                        : "; or, where no read sees the difference, commit empty transactions with its GTIDs on the primary."
                )
        );

    private void HasOtherOptions(RoutedServer replica)
    {
        if (questions.DifferencesOf(replica) is { Count: > 0 } differences)
        {
            _found.Warning(
                "MRT014",
                replica,
                $"has other options in its connection string than the primary ({string.Join("; ", differences)}), so that a read gives "
                    + "another answer after its session has moved.",
                "Give all connection strings the same."
            );
        }
    }

    /// <summary>What the data source knows of its servers.</summary>
    /// <param name="IsServerFailure">Whether an exception says that a server is out of reach.</param>
    /// <param name="IsDiverged">Whether a replica holds what the primary lacks.</param>
    /// <param name="DifferencesOf">The driver's options that a replica has otherwise than the primary.</param>
    /// <param name="DatabaseOf">The database that connections to a server are in; empty for none.</param>
    /// <param name="OpenUnjudged">Opens a connection to a server, whatever it is.</param>
    public sealed record Questions(
        Func<Exception, bool> IsServerFailure,
        Func<RoutedServer, Task<bool>> IsDiverged,
        Func<RoutedServer, IReadOnlyList<string>> DifferencesOf,
        Func<RoutedServer, string> DatabaseOf,
        Func<RoutedServer, CancellationToken, Task<DbConnection>> OpenUnjudged
    );
}
