using System.Text.RegularExpressions;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>Asks whom each replica follows, and whether it does. Addresses decide nothing: servers may know each other by others than we
/// do. What cannot be told is no finding.</summary>
/// <param name="found">Takes what is found.</param>
/// <param name="all">The servers that were seen, the primary first where it was.</param>
/// <param name="hasReached">Whether a replica comes to have a position in a moment.</param>
internal sealed partial class FollowingLint(
    Findings found,
    IReadOnlyList<SeenServer> all,
    Func<SeenServer, ReplicationPosition, Task<bool>> hasReached
)
{
    private SeenServer? Primary => all.Count > 0 && all[0].IsPrimary ? all[0] : null;

    /// <returns>Whether the replica is certainly of another cluster.</returns>
    public async Task<bool> IsOfOtherClusterAsync(SeenServer replica)
    {
        // Positions of two kinds cannot be compared, which is told of by itself.
        if (
            Primary is not { } primary
            || primary.IsMariaDb != replica.IsMariaDb
            || replica.Channels.Count == 0
            || LeadsTo(primary, replica, []) is Descent.Certain
        )
        {
            return false;
        }

        var sources = string.Join(", ", replica.Channels.Select(Describe));
        if (LeadsTo(primary, replica, []) is Descent.Unknown && AreStrangers(primary, replica))
        {
            found.Error(
                "MRT015",
                replica.Server,
                $"is a replica of another cluster: it follows {sources}, and nothing of what it has was written by the primary or by a "
                    + "server that the primary had anything from.",
                "Remove it from the replicas; or rebuild it from the primary, and let it follow that."
            );
            return true;
        }

        if (
            IsKnownToBeThere(replica)
            && LoggedBy(primary) is { IsEmpty: false } logged
            && !await hasReached(replica, logged).ConfigureAwait(false)
        )
        {
            found.Warning(
                "MRT015",
                replica.Server,
                $"says that it is not behind, and does not get what the primary had logged before it was asked. It follows {sources}: "
                    + "that is another primary, or a relay that is late.",
                "Compare that with the primary. If it is another one, remove the replica; or rebuild it from the primary, and let it "
                    + "follow that."
            );
        }

        return false;
    }

    public void DoesNotRun(SeenServer replica)
    {
        foreach (var channel in replica.Channels.Where(channel => channel.Problem.Length > 0 && !IsPrimarysFault(channel)))
        {
            var start = Statements.Start(replica, channel);
            var isStopped =
                channel.State == ReplicationState.Stopped && channel.Receiver.State is ReplicationState.Running or ReplicationState.Stopped;
            found.Error(
                "MRT017",
                replica.Server,
                $"does not replicate: {channel.Problem}. What is read there gets older and older.",
                isStopped ? $"{start}, if nobody stopped it on purpose; otherwise give it the weight 0."
                    : channel.Applier.State == ReplicationState.Failed
                        ? $"Mend what the error says, then {start}. Who skips the error has a replica unlike the primary: rebuild "
                            + "it then."
                    : "Check that the server reaches its source, and that the replication user there has REPLICATION SLAVE; it tries "
                        + $"again by itself, after an end by {start}.",
                isStopped ? start : null
            );
        }
    }

    // A primary that cannot be asked is told of once; that its replicas do not reach it either says no more.
    private bool IsPrimarysFault(ReplicationChannel channel) =>
        Primary is null && channel is { Applier.State: ReplicationState.Running, Receiver.State: ReplicationState.Connecting };

    public void HasSeveralSources(SeenServer replica)
    {
        if (replica.Channels.Count > 1)
        {
            found.Warning(
                "MRT020",
                replica.Server,
                $"follows {replica.Channels.Count} sources ({string.Join("; ", replica.Channels.Select(Describe))}): what comes from "
                    + "others the primary does not have, so that no session that saw it can go on there.",
                "Give the data of other sources a replica, and a data source, of their own."
            );
        }
    }

    /// <summary>That the user may not ask whom a replica follows.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="isNeeded">Whether something that was configured cannot work without it.</param>
    public void HidesReplication(SeenServer replica, bool isNeeded)
    {
        if (replica.ReplicationRefusal is not { } refusal)
        {
            return;
        }

        var privilege = replica.Protocol.ReplicationPrivilege(replica.Version);
        var statement = Statements.Grant(replica, [privilege]);
        found.Add(
            new TopologyFinding(
                "MRT022",
                isNeeded ? TopologySeverity.Error : TopologySeverity.Warning,
                replica.Name,
                $"does not tell this user whom it follows, whether it replicates and how far it is behind: {refusal}"
                    + (isNeeded ? " MaxLag keeps nobody out." : ""),
                $"{statement}, on the primary."
            )
            {
                MissingGrants = [privilege],
                Statement = statement,
            }
        );
    }

    /// <summary>That nobody knows how far behind a replica is that gets what is written by other means than a log.</summary>
    public void TellsNoLag(SeenServer replica)
    {
        if (replica is { Replication.Channels.Count: 0 } && ReplicationStatus.IsNotByLog(replica.Variables))
        {
            found.Error(
                "MRT023",
                replica.Server,
                "is kept up to date without a log of the primary's (Galera, group replication, Aurora), and has no lag that it could tell: "
                    + "MaxLag does nothing there.",
                "Give the monitor a HeartbeatQuery, or take MaxLag away."
            );
        }
    }

    private Descent LeadsTo(SeenServer primary, SeenServer from, HashSet<SeenServer> passed)
    {
        if (!passed.Add(from))
        {
            return Descent.Unknown;
        }

        // A number that each cluster may give again tells less than a UUID.
        return from.HasSource(primary)
            ? from.IsMariaDb
                ? Descent.Likely
                : Descent.Certain
            : all.Where(other => !other.IsPrimary && from.HasSource(other))
                .Select(other => LeadsTo(primary, other, passed))
                .DefaultIfEmpty()
                .Max();
    }

    // Whether both say who wrote what they have, and nobody is named by both. What a replica wrote itself says nothing of its descent.
    private static bool AreStrangers(SeenServer primary, SeenServer replica)
    {
        var (known, theirs) = (Writers(primary), Writers(replica));
        if (known.Count == 0)
        {
            return false;
        }

        known.Add(primary.Value("server_uuid").ToUpperInvariant());
        theirs.RemoveWhere(writer =>
            replica.IsMariaDb
                ? writer.EndsWith("-" + replica.Value("server_id"), StringComparison.Ordinal)
                : string.Equals(writer, replica.Value("server_uuid"), StringComparison.OrdinalIgnoreCase)
        );
        return theirs.Count > 0 && !known.Overlaps(theirs);
    }

    private static HashSet<string> Writers(SeenServer server) =>
        [
            .. (
                server.IsMariaDb
                    ? MariaDbWriter().Matches($"{server.Value("gtid_binlog_state")},{server.Value("gtid_slave_pos")}")
                    : MySqlWriter().Matches(server.Value("gtid_executed"))
            ).Select(match => match.Value.ToUpperInvariant()),
        ];

    private static bool IsKnownToBeThere(SeenServer replica) =>
        !replica.IsRefused
        && replica.Channels.All(channel =>
            channel.Seconds is 0
            && channel.Value("Replicate_Do_Domain_Ids").Length + channel.Value("Replicate_Ignore_Domain_Ids").Length == 0
        );

    private static ReplicationPosition? LoggedBy(SeenServer primary)
    {
        var text = primary.Value(primary.IsMariaDb ? "gtid_binlog_pos" : "gtid_executed");

        // What is longer is cut off.
        return text.Length < ShownAtMost ? primary.Protocol.Parse(text) : null;
    }

    private const int ShownAtMost = 1024;

    private static string Describe(ReplicationChannel channel)
    {
        var id =
            channel.SourceUuid.Length > 0 ? $", server_uuid {channel.SourceUuid}"
            : channel.SourceId.Length > 0 ? $", server_id {channel.SourceId}"
            : "";
        return $"{(channel.Name.Length > 0 ? $"by '{channel.Name}' " : "")}{channel.SourceHost}:{channel.SourcePort}{id}";
    }

    [GeneratedRegex("[0-9]+-[0-9]+(?=-[0-9])", RegexOptions.CultureInvariant)]
    private static partial Regex MariaDbWriter();

    [GeneratedRegex(
        "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex MySqlWriter();

    /// <summary>Whether a replica's sources lead to the primary.</summary>
    private enum Descent
    {
        /// <summary>It follows a server that is not known here.</summary>
        Unknown,

        /// <summary>The numbers say so.</summary>
        Likely,

        /// <summary>The UUIDs say so.</summary>
        Certain,
    }
}
