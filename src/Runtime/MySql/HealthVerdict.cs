using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MonotonicReads.MySql;

/// <summary>What the states of the servers mean to who runs the application, in one line.</summary>
internal static class HealthVerdict
{
    /// <summary>The verdict on all servers.</summary>
    /// <param name="servers">Their states, the primary first.</param>
    /// <param name="areOthersHidden">Whether a proxy picks the replicas, so that nobody can ask them.</param>
    public static (HealthStatus Level, string Description) Of(IReadOnlyList<ServerState> servers, bool areOthersHidden = false)
    {
        var primary = servers[0];
        var replicas = servers.Skip(1).Where(server => server.Weight > 0).ToList();
        var unreachable = servers.Where(IsUnreachable).ToList();
        if (unreachable.Count == servers.Count)
        {
            return (HealthStatus.Unhealthy, $"No server can be reached: {List(unreachable)}.");
        }

        if (IsUnreachable(primary))
        {
            return (HealthStatus.Unhealthy, $"The primary cannot be reached: {Reason(primary)}.{Rest(replicas)}");
        }

        if (primary.IsReadOnly == true)
        {
            return (HealthStatus.Unhealthy, $"The primary refuses writes: {Reason(primary)}.{Rest(replicas)}");
        }

        if (areOthersHidden)
        {
            return (HealthStatus.Healthy, "The proxy answers; it picks the replicas, and none of them can be asked through it.");
        }

        var ill = replicas.Where(replica => Fault(replica) is not null).ToList();
        var unseen = servers.Where(server => server.CheckedAt is null && server.Weight + (server.IsPrimary ? 1 : 0) > 0).ToList();
        if (ill.Count > 0)
        {
            var (noun, verb) = (replicas.Count == 1 ? "replica" : "replicas", ill.Count == 1 ? "is" : "are");
            return (HealthStatus.Degraded, $"{ill.Count} of {replicas.Count} {noun} {verb} not well: {List(ill)}.");
        }

        return unseen.Count > 0
            ? (HealthStatus.Degraded, $"Not looked at yet: {string.Join(", ", unseen.Select(server => server.Name))}.")
            : (HealthStatus.Healthy, AllUp(replicas));
    }

    /// <summary>One server in one line.</summary>
    public static string Describe(ServerState server)
    {
        List<string> parts = [IsUnreachable(server) ? "down" : server.Health.ToString().ToLowerInvariant()];
        if (!server.IsPrimary)
        {
            parts.Add($"replication {Words(server.Replication)}");
            parts.Add(server.Lag is { } lag ? $"lag {Seconds(lag)}" : "lag unknown");
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"weight {server.Weight}"));
            if (server.IsKeptOut || server.IsDiverged)
            {
                parts.Add("takes no new sessions");
            }
        }

        if (server.Position is { IsEmpty: false } position)
        {
            parts.Add($"position {position}");
        }

        var why = Reason(server);
        return string.Join(", ", parts) + (why.Length > 0 ? $": {why}" : "");
    }

    private static bool IsUnreachable(ServerState server) =>
        server.Health == ServerHealth.Down || server is { Health: ServerHealth.Unknown, Error: not null };

    // Whether reads can go there, whatever else is wrong with it.
    private static bool Serves(ServerState replica) =>
        !IsUnreachable(replica) && replica is { CheckedAt: not null, IsKeptOut: false, IsDiverged: false, IsReadOnly: not false };

    // What an operator has to do something about; null for nothing.
    private static string? Fault(ServerState replica) =>
        IsUnreachable(replica) || replica.IsReadOnly == false ? Reason(replica)
        : replica.IsDiverged ? "it holds what the primary lacks"
        : replica.ReplicationProblem is { } problem ? problem
        : replica is { IsKeptOut: true, Lag: { } lag } ? $"it lags {Seconds(lag)}"
        : replica.IsKeptOut ? "it is kept out of new draws"
        : null;

    private static string List(IEnumerable<ServerState> servers) =>
        string.Join(
            "; ",
            servers.Select(server =>
                $"{server.Name} ({(server.IsPrimary ? Reason(server) : Fault(server))}"
                + (server.IsKeptOut && !IsUnreachable(server) ? "; it takes no new sessions)" : ")")
            )
        );

    private static string Rest(List<ServerState> replicas)
    {
        var serving = replicas.Where(Serves).ToList();
        return serving.Count == 0
            ? " No replica serves new sessions."
            : $" Reads go on on {string.Join(", ", serving.Select(r => r.Name))}.";
    }

    private static string AllUp(List<ServerState> replicas)
    {
        var lags = replicas.Where(replica => replica.Lag is not null).Select(replica => replica.Lag!.Value).ToList();
        var behind = lags.Count > 0 ? $"; the largest lag is {Seconds(lags.Max())}" : "";
        return replicas.Count == 1
            ? $"The primary and its replica are up{behind}."
            : $"The primary and {replicas.Count} replicas are up{behind}.";
    }

    // As the server or the driver said it, without the name of a type.
    private static string Reason(ServerState server)
    {
        var text =
            server.Error is { } error ? error[(error.IndexOf(": ", StringComparison.Ordinal) is >= 0 and var at ? at + 2 : 0)..]
            : IsUnreachable(server) ? "it answers again, and counts as up when it has done so several times"
            : server is { IsPrimary: true, IsReadOnly: true }
                ? "it is read_only, so that a failover is on its way, or its address leads " + "to a replica"
            : server is { IsPrimary: false, IsReadOnly: false } ? "it accepts writes (read_only=0)"
            : server.IsDiverged ? "it holds what the primary lacks"
            : server.ReplicationProblem ?? "";
        return text.TrimEnd('.', ' ');
    }

    private static string Words(ReplicationState state) =>
        state switch
        {
            ReplicationState.NotConfigured => "not configured",
            ReplicationState.NotByLog => "not by log",
            _ => state.ToString().ToLowerInvariant(),
        };

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.###} s");
}
