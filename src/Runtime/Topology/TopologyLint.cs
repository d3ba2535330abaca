using System.Data.Common;
using System.Globalization;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>Asks every server for the settings on which the promises rest. One method for each finding.</summary>
/// <param name="servers">Those that can be asked, the primary first.</param>
/// <param name="time">The clock.</param>
/// <param name="isServerFailure">Whether an exception says that a server is out of reach.</param>
/// <param name="isDiverged">Whether a replica holds what the primary lacks.</param>
/// <param name="differencesOf">The driver's options that a replica has otherwise than the primary.</param>
/// <param name="cancellation">Ends the questions.</param>
internal sealed class TopologyLint(
    IReadOnlyList<RoutedServer> servers,
    TimeProvider time,
    Func<Exception, bool> isServerFailure,
    Func<RoutedServer, Task<bool>> isDiverged,
    Func<RoutedServer, IReadOnlyList<string>> differencesOf,
    CancellationToken cancellation
)
{
    // So many connections of their own show a balancer that sends each to another server.
    private const int ProbesPerAddress = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly List<TopologyFinding> _findings = [];

    public async Task<IReadOnlyList<TopologyFinding>> RunAsync()
    {
        var seen = new List<SeenServer>();
        foreach (var server in servers)
        {
            if (await LookAsync(server).ConfigureAwait(false) is { } one)
            {
                seen.Add(one);
            }
        }

        foreach (var one in seen)
        {
            IsBalanced(one);
            HasNoGtids(one);
            if (one.Server.IsPrimary)
            {
                HasNoLog(one);
                if (one.IsOn("log_bin"))
                {
                    await MayNotBeAskedAsync(one).ConfigureAwait(false);
                }
            }
            else
            {
                if (one.Value("read_only") is "" or "OFF" or "0")
                {
                    IsWritable(one.Server);
                }
                else if (Privileges.InSpiteOfReadOnly(one.Server, one.Grants, one.Variables) is { } finding)
                {
                    _findings.Add(finding);
                }

                HasOtherOptions(one.Server);
                AppliesOutOfOrder(one);
                HasSeveralDomains(one);
                LogsNothing(one);
                if (seen[0].Server.IsPrimary && await isDiverged(one.Server).ConfigureAwait(false))
                {
                    HoldsMore(one.Server);
                }
            }
        }

        AreTheSame(seen);
        return _findings;
    }

    private async Task<SeenServer?> LookAsync(RoutedServer server)
    {
        var runs = server.Incarnation;
        var held = new List<DbConnection>();
        var identities = new HashSet<string>(StringComparer.Ordinal);
        SilentServerException? silent = null;
        try
        {
            Dictionary<string, string> variables = [];
            for (var i = 0; i < ProbesPerAddress; i++)
            {
                // Held all at once, so that each is a physical connection of its own.
                held.Add(await BoundedOpening.OpenAsync(server, Patience, time, isAsync: true, cancellation).ConfigureAwait(false));
                var questions = new ServerQuestions(server, held[^1], time, isAsync: true, cancellation);
                await server.MeetAsync(questions).ConfigureAwait(false);
                var cells = await questions.AskAsync("SHOW GLOBAL VARIABLES", Patience).ConfigureAwait(false);
                variables = cells
                    .Chunk(2)
                    .ToDictionary(row => row[0].Value ?? "", row => row[1].Value ?? "", StringComparer.OrdinalIgnoreCase);
                identities.Add(SeenServer.Identity(variables));
            }

            // A pool that is led to another server begins anew, so that its connections alone would not show it.
            var met = server.Met.TakeLast(server.Incarnation - runs).Distinct().ToList();
            if (met.Count > 1)
            {
                identities = [.. met.Select(ids => ids.Replace('=', ' '))];
            }

            var grants = server.IsPrimary
                ? []
                : await Privileges
                    .OfUserAsync(new ServerQuestions(server, held[^1], time, isAsync: true, cancellation), Patience)
                    .ConfigureAwait(false);
            return new SeenServer(server, variables, identities) { Grants = grants };
        }
        catch (WritableReplicaException)
        {
            IsWritable(server);
            return null;
        }
        catch (Exception exception) when (isServerFailure(exception) || exception is InvalidOperationException)
        {
            silent = exception as SilentServerException;
            CannotBeAsked(server, exception);
            return null;
        }
        finally
        {
            foreach (var connection in held)
            {
                // Only the last one can still have a question open.
                await Letting
                    .GoAsync(connection, ReferenceEquals(connection, held[^1]) ? silent : null, isAsync: true)
                    .ConfigureAwait(false);
            }
        }
    }

    private void CannotBeAsked(RoutedServer server, Exception exception) =>
        Found(
            "MRT001",
            TopologySeverity.Error,
            server,
            $"cannot be asked: {exception.Message}",
            "Check the address, the user and its password, and that the server runs."
        );

    private void IsBalanced(SeenServer seen)
    {
        if (seen.Identities.Count > 1)
        {
            Found(
                "MRT002",
                TopologySeverity.Error,
                seen.Server,
                $"is an address behind which {seen.Identities.Count} servers answer ({string.Join("; ", seen.Identities)}): two "
                    + $"connections of a session reach different ones.",
                "Add each server with its own address."
            );
        }
    }

    private void IsWritable(RoutedServer server) =>
        Found(
            "MRT003",
            TopologySeverity.Error,
            server,
            "accepts writes (read_only=0): one that reaches it by mistake is lost silently.",
            "SET GLOBAL read_only = 1, also in its configuration file."
        );

    private void AppliesOutOfOrder(SeenServer seen)
    {
        var workers = seen.Number("replica_parallel_workers") ?? seen.Number("slave_parallel_workers") ?? 0;
        var keepsOrder = seen.IsOn("replica_preserve_commit_order") || seen.IsOn("slave_preserve_commit_order");
        if (!seen.IsMariaDb && workers > 1 && !keepsOrder)
        {
            Found(
                "MRT004",
                TopologySeverity.Error,
                seen.Server,
                $"applies with {workers} workers and without replica_preserve_commit_order: it passes through states that the primary "
                    + $"never had.",
                "SET GLOBAL replica_preserve_commit_order = ON (slave_preserve_commit_order before MySQL 8.0.26), after STOP REPLICA "
                    + "SQL_THREAD."
            );
        }
    }

    private void HasSeveralDomains(SeenServer seen)
    {
        var domains = seen.Value("gtid_binlog_pos")
            .Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Select(gtid => gtid.Trim().Split('-')[0])
            .Distinct()
            .ToList();
        if (seen.IsMariaDb && domains.Count > 1 && (seen.Number("slave_parallel_threads") ?? 0) > 0)
        {
            Found(
                "MRT005",
                TopologySeverity.Error,
                seen.Server,
                $"applies {domains.Count} replication domains ({string.Join(", ", domains)}) in parallel: their order is not the "
                    + $"primary's.",
                "Use one domain (gtid_domain_id), or SET GLOBAL slave_parallel_threads = 0."
            );
        }
    }

    private void AreTheSame(List<SeenServer> all)
    {
        foreach (
            var group in all.GroupBy(seen => seen.Value("server_uuid") is { Length: > 0 } uuid ? uuid : seen.Value("server_id"))
                .Where(group => group.Count() > 1)
        )
        {
            var names = string.Join("', '", group.Select(seen => seen.Server.Name));
            var isPrimary = group.Any(seen => seen.Server.IsPrimary);
            Found(
                isPrimary ? "MRT006" : "MRT007",
                TopologySeverity.Error,
                group.Last().Server,
                isPrimary
                    ? $"is the primary itself, or has its id ({group.Key})."
                    : $"has the same id as another replica ('{names}': {group.Key}): either one server was added twice, or a copy kept its "
                        + $"original's id and both replicate badly.",
                isPrimary
                    ? "Remove it from the replicas, or give it an id of its own."
                    : "Add it once; or give it a server_id of its own and, on MySQL, remove auto.cnf before its start."
            );
        }
    }

    private void HasNoGtids(SeenServer seen)
    {
        if (!seen.IsMariaDb && !string.Equals(seen.Value("gtid_mode"), "ON", StringComparison.OrdinalIgnoreCase))
        {
            Found(
                "MRT008",
                TopologySeverity.Error,
                seen.Server,
                $"has gtid_mode={seen.Value("gtid_mode")}: it has no positions, so that [Causal], ReplicaLoss.CaughtUp and the barrier "
                    + $"before the primary cannot work.",
                "SET GLOBAL enforce_gtid_consistency = ON and gtid_mode = ON, step by step, on all servers."
            );
        }
    }

    private void LogsNothing(SeenServer seen)
    {
        if (seen.IsMariaDb && !(seen.IsOn("log_bin") && seen.IsOn("log_slave_updates")))
        {
            Found(
                "MRT009",
                TopologySeverity.Warning,
                seen.Server,
                "does not log what it applies (log_bin, log_slave_updates), so that it cannot tell what a session saw: "
                    + "ReplicaLoss.CaughtUp moves its sessions to the primary.",
                "Start it with log_bin and log_slave_updates."
            );
        }
    }

    private void HoldsMore(RoutedServer server) =>
        Found(
            "MRT012",
            TopologySeverity.Error,
            server,
            "holds what the primary lacks: a failover lost it, or somebody wrote there. A session that saw it cannot go on on the primary.",
            "Rebuild it from the primary; or, where no read sees the difference, commit empty transactions with its GTIDs on the primary."
        );

    private void HasOtherOptions(RoutedServer replica)
    {
        if (differencesOf(replica) is { Count: > 0 } differences)
        {
            Found(
                "MRT014",
                TopologySeverity.Warning,
                replica,
                $"has other options in its connection string than the primary ({string.Join("; ", differences)}), so that a read gives "
                    + "another answer after its session has moved.",
                "Give all connection strings the same."
            );
        }
    }

    private void HasNoLog(SeenServer seen)
    {
        if (!seen.IsOn("log_bin"))
        {
            Found(
                "MRT010",
                TopologySeverity.Error,
                seen.Server,
                "has no binary log (log_bin=0), so that no replica follows it.",
                "Start it with log_bin."
            );
        }
    }

    private async Task MayNotBeAskedAsync(SeenServer seen)
    {
        DbConnection connection;
        try
        {
            connection = await BoundedOpening.OpenAsync(seen.Server, Patience, time, isAsync: true, cancellation).ConfigureAwait(false);
        }
        catch (Exception exception) when (isServerFailure(exception) || exception is InvalidOperationException)
        {
            CannotBeAsked(seen.Server, exception);
            return;
        }

        SilentServerException? silent = null;
        try
        {
            var questions = new ServerQuestions(seen.Server, connection, time, isAsync: true, cancellation);
            var protocol = await seen.Server.ProtocolAsync(questions).ConfigureAwait(false);
            await protocol.PassBarrierAsync(questions, TimeSpan.Zero).ConfigureAwait(false);
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            CannotBeAsked(seen.Server, exception);
        }
        catch (DbException exception)
        {
            Found(
                "MRT011",
                TopologySeverity.Error,
                seen.Server,
                $"does not tell this user how far its log is: {exception.Message} No session can move to the primary.",
                "GRANT BINLOG MONITOR (MariaDB) or REPLICATION CLIENT (MySQL) ON *.* to the user."
            );
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync: true).ConfigureAwait(false);
        }
    }

    private void Found(string id, TopologySeverity severity, RoutedServer server, string message, string remedy) =>
        _findings.Add(new TopologyFinding(id, severity, server.Name, message, remedy));
}
