using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>Looks for filters by which what is written never arrives.</summary>
/// <param name="found">Takes what is found.</param>
/// <param name="primary">The primary; null where it was not seen.</param>
/// <param name="databaseOf">The database that a connection to a server is in; empty for none.</param>
/// <remarks>Source: dev.mysql.com/doc/refman/8.4/en/replication-rules.html. Databases are judged first; then tables, those by name before
/// those by pattern, those that are wanted before those that are not.</remarks>
internal sealed class FilterLint(Findings found, SeenServer? primary, Func<SeenServer, string> databaseOf)
{
    public void LeavesOut(SeenServer replica)
    {
        // What another source brings may be meant to be less; what one channel leaves out, another may bring.
        var own = replica.Channels.Where(channel => primary?.IsSourceOf(channel) == true).ToList();
        var channels = own.Count > 0 ? own : [.. replica.Channels];
        if (
            databaseOf(replica) is { Length: > 0 } database
            && channels.ConvertAll(channel => FilterOf(replica, channel, database)) is { Count: > 0 } filters
            && filters.TrueForAll(static filter => filter is not null)
        )
        {
            found.Error(
                "MRT021",
                replica.Server,
                $"leaves out the database '{database}' ({filters[0]}): what is written there never arrives.",
                "Take the filter away and rebuild the replica; or remove it from the replicas."
            );
        }
    }

    public void LogLeavesOut(SeenServer seen)
    {
        if (databaseOf(seen) is { Length: > 0 } database && seen.LogFilter is var (only, without))
        {
            var names = Names(only);
            var filter =
                names.Count > 0 && !Has(seen, names, database) ? $"binlog_do_db = {only}"
                : names.Count == 0 && Has(seen, Names(without), database) ? $"binlog_ignore_db = {without}"
                : null;
            if (filter is not null)
            {
                found.Error(
                    "MRT021",
                    seen.Server,
                    $"does not log the database '{database}' ({filter}): no replica gets what is written there.",
                    "Start it without the filter, and rebuild the replicas."
                );
            }
        }
    }

    // Null where a table of the database may arrive.
    private static string? FilterOf(SeenServer replica, ReplicationChannel channel, string database)
    {
        var only = Names(channel.Value("Replicate_Do_DB"));
        if (only.Count > 0 ? !Has(replica, only, database) : Has(replica, Names(channel.Value("Replicate_Ignore_DB")), database))
        {
            var column = only.Count > 0 ? "Replicate_Do_DB" : "Replicate_Ignore_DB";
            return $"{column} = {channel.Value(column)}";
        }

        var tables = Names(channel.Value("Replicate_Do_Table"));
        var patterns = Names(channel.Value("Replicate_Wild_Do_Table"));
        if (
            tables.Exists(table => AreOne(replica, DatabaseOf(table), database))
            || patterns.Exists(pattern => IsLike(replica, database, DatabaseOf(pattern)))
        )
        {
            return null;
        }

        return tables.Count + patterns.Count > 0
                ? $"{(tables.Count > 0 ? "Replicate_Do_Table" : "Replicate_Wild_Do_Table")} = {string.Join(',', tables.Concat(patterns))}"
            : Names(channel.Value("Replicate_Wild_Ignore_Table")).Find(pattern => IsWhole(replica, pattern, database)) is { } ignored
                ? $"Replicate_Wild_Ignore_Table = {ignored}"
            : null;
    }

    private static List<string> Names(string list) =>
        [.. list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static bool Has(SeenServer server, List<string> names, string database) => names.Exists(name => AreOne(server, name, database));

    private static bool AreOne(SeenServer server, string one, string other) => string.Equals(one, other, Cases(server));

    private static StringComparison Cases(SeenServer server) =>
        server.Value("lower_case_table_names") is "1" or "2" ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;

    // "app.orders", "app.%"
    private static string DatabaseOf(string table) => table.Split('.')[0];

    private static bool IsWhole(SeenServer server, string pattern, string database) =>
        pattern.EndsWith(".%", StringComparison.Ordinal) && IsLike(server, database, pattern.AsSpan(0, pattern.Length - 2));

    /// <summary>Whether a name is what a pattern of LIKE stands for.</summary>
    private static bool IsLike(SeenServer server, string name, ReadOnlySpan<char> pattern)
    {
        if (pattern.IsEmpty)
        {
            return name.Length == 0;
        }

        if (pattern[0] == '%')
        {
            return IsLike(server, name, pattern[1..]) || (name.Length > 0 && IsLike(server, name[1..], pattern));
        }

        var isEscaped = pattern[0] == '\\' && pattern.Length > 1;
        var own = pattern.Slice(isEscaped ? 1 : 0, 1);
        return name.Length > 0
            && ((own[0] == '_' && !isEscaped) || own.Equals(name.AsSpan(0, 1), Cases(server)))
            && IsLike(server, name[1..], pattern[(isEscaped ? 2 : 1)..]);
    }
}
