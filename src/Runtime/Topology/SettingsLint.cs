namespace MonotonicReads.Topology;

/// <summary>Looks at the settings of each server by itself. One method for each finding.</summary>
/// <param name="found">Takes what is found.</param>
internal sealed class SettingsLint(Findings found)
{
    private static readonly Version FirstThatKeepsOrder = new(5, 7, 5);
    private static readonly Version FirstWithGtidsByStatement = new(5, 7, 6);
    private static readonly Version FirstWithReplicaNames = new(8, 0, 26);

    public void IsBalanced(SeenServer seen)
    {
        if (seen.Identities.Count > 1)
        {
            found.Error(
                "MRT002",
                seen.Server,
                $"is an address behind which {seen.Identities.Count} servers answer ({string.Join("; ", seen.Identities)}): two "
                    + $"connections of a session reach different ones.",
                "Add each server with its own address."
            );
        }
    }

    public void AppliesOutOfOrder(SeenServer seen)
    {
        var workers = seen.Count("replica_parallel_workers") ?? seen.Count("slave_parallel_workers") ?? 0;
        var keepsOrder = seen.IsOn("replica_preserve_commit_order") || seen.IsOn("slave_preserve_commit_order");
        if (!seen.IsMariaDb && workers > 1 && !keepsOrder)
        {
            found.Error(
                "MRT004",
                seen.Server,
                $"applies with {workers} workers and without replica_preserve_commit_order: it passes through states that the primary "
                    + $"never had.",
                seen.Number < FirstThatKeepsOrder ? "STOP SLAVE SQL_THREAD; SET GLOBAL slave_parallel_workers = 0; START SLAVE SQL_THREAD."
                    : seen.Number < FirstWithReplicaNames
                        ? "STOP SLAVE SQL_THREAD; SET GLOBAL slave_preserve_commit_order = ON; START SLAVE SQL_THREAD."
                    : "STOP REPLICA SQL_THREAD; SET GLOBAL replica_preserve_commit_order = ON; START REPLICA SQL_THREAD."
            );
        }
    }

    public void HasSeveralDomains(SeenServer seen)
    {
        var domains = seen.Value("gtid_binlog_pos")
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(gtid => gtid.Trim().Split('-')[0])
            .Distinct()
            .ToList();
        if (seen.IsMariaDb && domains.Count > 1 && (seen.Count("slave_parallel_threads") ?? 0) > 0)
        {
            found.Error(
                "MRT005",
                seen.Server,
                $"applies {domains.Count} replication domains ({string.Join(", ", domains)}) in parallel: their order is not the "
                    + $"primary's.",
                "Use one domain (gtid_domain_id), or STOP SLAVE; SET GLOBAL slave_parallel_threads = 0; START SLAVE."
            );
        }
    }

    public void HasNoGtids(SeenServer seen)
    {
        if (!seen.IsMariaDb && !string.Equals(seen.Value("gtid_mode"), "ON", StringComparison.OrdinalIgnoreCase))
        {
            found.Error(
                "MRT008",
                seen.Server,
                $"has gtid_mode={seen.Value("gtid_mode")}: it has no positions, so that [Causal], ReplicaLoss.CaughtUp and the barrier "
                    + $"before the primary cannot work.",
                seen.Number < FirstWithGtidsByStatement
                    ? "Start all servers with gtid_mode = ON, enforce_gtid_consistency, log_bin and log_slave_updates."
                    : "SET GLOBAL enforce_gtid_consistency = ON and gtid_mode = ON, step by step, on all servers."
            );
        }
    }

    public void LogsNothing(SeenServer seen)
    {
        if (seen.IsMariaDb && !(seen.IsOn("log_bin") && seen.IsOn("log_slave_updates")))
        {
            found.Warning(
                "MRT009",
                seen.Server,
                "does not log what it applies (log_bin, log_slave_updates), so that it cannot tell what a session saw: "
                    + "ReplicaLoss.CaughtUp moves its sessions to the primary.",
                "Start it with log_bin and log_slave_updates."
            );
        }
    }

    public void HasNoLog(SeenServer seen)
    {
        if (!seen.IsOn("log_bin"))
        {
            found.Error("MRT010", seen.Server, "has no binary log (log_bin=0), so that no replica follows it.", "Start it with log_bin.");
        }
    }

    public void WritesInSpiteOfReadOnly(SeenServer replica)
    {
        if (Privileges.InSpiteOfReadOnly(replica) is not { } privilege)
        {
            return;
        }

        var statement = Statements.RevokeWriting(replica);
        found.Warning(
            "MRT013",
            replica.Server,
            $"is read_only, and its user may write all the same ({privilege}): a stored function that writes, called by a read, "
                + "writes there and is lost silently.",
            $"Give the application a user without it: {statement}, on the primary; from the role where it is a role's."
                + (replica.Variables.ContainsKey("super_read_only") ? " SET GLOBAL super_read_only = 1 on the replica does too." : ""),
            statement
        );
    }
}
