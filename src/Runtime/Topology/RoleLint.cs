namespace MonotonicReads.Topology;

/// <summary>Compares what the configuration takes each server for with what it is.</summary>
/// <param name="found">Takes what is found.</param>
/// <param name="all">The servers that were seen, the primary first where it was.</param>
internal sealed class RoleLint(Findings found, IReadOnlyList<SeenServer> all)
{
    private const string ReadOnly = "SET GLOBAL read_only = 1";

    /// <summary>The primary of the configuration; null where it was not seen.</summary>
    public SeenServer? Primary => all.Count > 0 && all[0].IsPrimary ? all[0] : null;

    /// <summary>Whether a replica of the configuration is the primary, by its id. What is said of replicas is not said of it.</summary>
    public bool IsPrimaryItself(SeenServer replica) =>
        Primary is { } primary && primary.Id == replica.Id && primary.IsMariaDb == replica.IsMariaDb;

    /// <summary>Whether the primary of the configuration follows this replica, so that they have changed places.</summary>
    public bool HasPrimarysPlace(SeenServer replica) => Primary?.Follows(replica) == true && !replica.Follows(Primary);

    /// <summary>Whether a replica of the configuration may be the primary by now: it accepts writes, and does not get those of a primary
    /// that is there and accepts them too. Nothing may be said of it that a primary must not do.</summary>
    public bool MayBePrimary(SeenServer replica) =>
        HasPrimarysPlace(replica) || (replica.IsWritable && !(Primary is { IsWritable: true } && GetsFrom(Primary, replica, [])));

    private bool GetsFrom(SeenServer primary, SeenServer from, HashSet<SeenServer> passed) =>
        passed.Add(from)
        && (from.RunsFrom(primary) || all.Any(other => !other.IsPrimary && from.RunsFrom(other) && GetsFrom(primary, other, passed)));

    public void IsOfOtherKind(SeenServer replica)
    {
        if (Primary is { } primary && primary.IsMariaDb != replica.IsMariaDb)
        {
            found.Error(
                "MRT019",
                replica.Server,
                $"is {Kind(replica)}, and the primary is {Kind(primary)}: their positions cannot be compared, so that no session can go "
                    + "from one to the other.",
                "Have servers of one kind in a data source; give those of the other a data source of their own."
            );
        }
    }

    private static string Kind(SeenServer server) => server.IsMariaDb ? "MariaDB" : "MySQL";

    public void AreTheSame()
    {
        foreach (var group in all.GroupBy(seen => (seen.IsMariaDb, seen.Id)).Where(group => group.Count() > 1))
        {
            var names = string.Join("', '", group.Select(seen => seen.Name));
            var isPrimary = group.Any(seen => seen.IsPrimary);
            foreach (var wrong in group.Skip(1))
            {
                found.Error(
                    isPrimary ? "MRT006" : "MRT007",
                    wrong.Server,
                    isPrimary
                        ? $"is the primary itself, or has its id ({group.Key.Id})."
                        : $"has the same id as another replica ('{names}': {group.Key.Id}): either one server was added twice, or a copy "
                            + "kept its original's id and both replicate badly.",
                    isPrimary
                        ? "Remove it from the replicas; or, if it is another server, give it an id of its own."
                        : "Add it once; or give it a server_id of its own and, on MySQL, remove auto.cnf before its start."
                );
            }
        }
    }

    public void AcceptsWrites(SeenServer replica)
    {
        const string Message = "accepts writes (read_only=0): one that reaches it by mistake is lost silently.";
        if (!MayBePrimary(replica))
        {
            found.Error("MRT003", replica.Server, Message, $"{ReadOnly}, also in its configuration file.", ReadOnly);
            return;
        }

        found.Error(
            "MRT003",
            replica.Server,
            Message
                + (
                    replica.Replication is null ? " Whether it is a replica it does not tell."
                    : replica.Channels.Count == 0 ? " It follows no server."
                    : replica.Channels.Any(channel => channel.IsLive) ? $" It follows {Source(replica)}, and gets nothing of the primary."
                    : $" It followed {Source(replica)}, and does not any more."
                ),
            "If it was promoted, make it the primary in the configuration and leave read_only alone. If it shall be a replica, let it "
                + $"follow the primary ({Statements.Follow(replica)}), then {ReadOnly}, also in its configuration file."
        );
    }

    public void FollowsNobody(SeenServer replica)
    {
        if (replica is { Replication.Channels.Count: 0 } && !Servers.ReplicationStatus.IsNotByLog(replica.Variables))
        {
            found.Error(
                "MRT016",
                replica.Server,
                "follows no server: what is read there stays as old as it is.",
                $"If it has the primary's data, let it follow the primary ({Statements.Follow(replica)}); otherwise rebuild it from the "
                    + "primary, or remove it from the replicas."
            );
        }
    }

    public void IsNoPrimary()
    {
        if (Primary is not { } primary)
        {
            return;
        }

        var source = all.FirstOrDefault(primary.Follows);
        if (source is not null && source.Follows(primary))
        {
            found.Warning(
                "MRT018",
                primary.Server,
                $"and '{source.Name}' follow each other: a write on either is the other's, and two that meet end replication.",
                $"Let one of them take writes alone, and keep read_only = 1 on the other."
            );
        }
        else if (source is { IsWritable: false } && primary.IsWritable)
        {
            found.Warning(
                "MRT018",
                primary.Server,
                $"is the primary, and still follows '{source.Name}', which accepts no writes: what is left of the time before a failover.",
                $"Let it follow nobody: {Statements.FollowNobody(primary)}."
            );
        }
        else if (source is not null)
        {
            found.Error(
                "MRT018",
                primary.Server,
                $"is the primary in the configuration, and follows '{source.Name}'"
                    + $"{(primary.IsWritable ? ", although it accepts writes" : "")}: a failover has changed their places.",
                $"Make '{source.Name}' the primary in the configuration, and '{primary.Name}' a replica"
                    + $"{(primary.IsWritable ? $", with {ReadOnly} there" : "")}."
            );
        }
        else if (!primary.IsWritable)
        {
            found.Error(
                "MRT018",
                primary.Server,
                "is the primary in the configuration, and refuses writes (read_only)"
                    + (
                        primary.Channels.Any(channel => channel.IsLive)
                            ? $": it follows {Source(primary)}."
                            : ": a failover is on its way, or the address leads to a replica."
                    ),
                "Let the address lead to the server that takes the writes. Set read_only = 0 here only if nobody else takes them."
            );
        }
        else if (primary.Channels.Any(channel => channel.IsLive))
        {
            found.Warning(
                "MRT018",
                primary.Server,
                $"is the primary in the configuration, and follows {Source(primary)}: what is written there comes late here.",
                "If that one takes the writes, make it the primary in the configuration; if it does not, let this one follow nobody."
            );
        }
    }

    private static string Source(SeenServer server) =>
        string.Join(", ", server.Channels.Select(channel => $"{channel.SourceHost}:{channel.SourcePort}"));
}
