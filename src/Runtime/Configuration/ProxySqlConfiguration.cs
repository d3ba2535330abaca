using System.Globalization;
using System.Text;

namespace MonotonicReads.Configuration;

/// <summary>The admin SQL of ProxySQL and of Shopify's fork: servers, hostgroups, rules, the user's settings, variables.</summary>
internal static class ProxySqlConfiguration
{
    // Ours are at the end, so that a team's own rules come first.
    private const int FirstRule = 9001;

    // Less than our own questions wait, with which a snapshot begins: the proxy says that a replica is out of reach before they give up.
    private const int LongestConnectWait = 1_500;

    // What SHOW tells of the schema and of what is built in, as the runtime takes it for a read; the rest is of one server.
    private const string ShownEverywhere =
        "(TABLES|COLUMNS|FIELDS|INDEX|INDEXES|KEYS|DATABASES|SCHEMAS|CREATE|TRIGGERS|EVENTS|TABLE STATUS|FUNCTION|PROCEDURE|CHARSET|"
        + "CHARACTER SET|COLLATION|ENGINES|PLUGINS|PRIVILEGES)";

    public static string For(ProxySqlDialect dialect, ProxiedServer primary, IReadOnlyList<ProxiedServer> replicas, string user)
    {
        var rows = new List<Row> { new(dialect.PrimaryHostgroup, primary, 1) };
        rows.AddRange(replicas.Select(replica => new Row(dialect.ReaderHostgroup, replica, replica.Weight)));
        rows.AddRange(replicas.Select((replica, place) => new Row(dialect.HostgroupOf(replica.Name, place), replica, 1)));
        var text = new StringBuilder("-- ProxySQL for MonotonicReads. Run it in the admin interface; the accounts must exist.\n");
        Servers(text, rows);
        Rules(text, dialect.PrimaryHostgroup, dialect.ReaderHostgroup);
        User(text, user, dialect.PrimaryHostgroup);
        Variable(text, "mysql-query_digests", "true");
        if (dialect.ReadDeadline is { } deadline)
        {
            // A replica out of reach is told before the application gives up on it; the primary too.
            Variable(
                text,
                "mysql-connect_timeout_server_max",
                ((int)Math.Min(deadline.TotalMilliseconds / 2, LongestConnectWait)).ToString(CultureInfo.InvariantCulture)
            );
        }

        Load(text);
        return text.ToString();
    }

    public static string For(ShopifyForkDialect dialect, ProxiedServer primary, IReadOnlyList<ProxiedServer> replicas, string user)
    {
        var rows = new List<Row> { new(dialect.PrimaryHostgroup, primary, 1) };
        rows.AddRange(replicas.Select(replica => new Row(dialect.ReaderHostgroup, replica, replica.Weight)));
        var text = new StringBuilder("-- Shopify's fork of ProxySQL for MonotonicReads. Before it starts, in proxysql.cnf:\n")
            .Append("--   unit_of_work_identifiers=\"")
            .Append(dialect.Key)
            .Append("\"\n")
            .Append("--   query_parser_token_delimiters=\"")
            .Append(dialect.TokenDelimiter)
            .Append("\"\n")
            .Append("--   query_parser_key_value_delimiters=\"")
            .Append(dialect.KeyValueDelimiter)
            .Append("\"\n")
            .Append("-- The fork hashes over the replicas in the order in which they were loaded: the order of these rows.\n")
            .Append(
                "-- A running one has another order after another set was loaded: restart it then, or sessions and applications disagree.\n"
            )
            .Append("-- Run it in the admin interface; the accounts must exist.\n");
        Servers(text, rows);
        Rules(text, dialect.PrimaryHostgroup, dialect.ReaderHostgroup);
        User(text, user, dialect.PrimaryHostgroup);
        Variable(text, "mysql-query_digests", "true");
        Load(text);
        return text.ToString();
    }

    private static void Servers(StringBuilder text, List<Row> rows)
    {
        text.Append(
            CultureInfo.InvariantCulture,
            $"DELETE FROM mysql_servers WHERE hostgroup_id IN ({string.Join(", ", rows.Select(row => row.Hostgroup).Distinct())});\n"
        );
        text.Append("INSERT INTO mysql_servers (hostgroup_id, hostname, port, weight, comment) VALUES\n");
        var lines = rows.Select(row =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"  ({row.Hostgroup}, {Quoted(row.Server.Host)}, {row.Server.Port}, {row.Weight}, {Quoted(row.Server.Name)})"
            )
        );
        text.AppendJoin(",\n", lines).Append(";\n");
    }

    private static void Rules(StringBuilder text, int primary, int readers)
    {
        // A digest has no comments, and question marks for what is quoted. Reads whose first word is no SELECT are reads too.
        (string Digest, int Hostgroup, string Comment)[] rules =
        [
            ("\\bFOR (UPDATE|SHARE)\\b", primary, "locking reads"),
            ("\\bLOCK IN SHARE MODE\\b", primary, "locking reads"),
            ("^(WITH|EXPLAIN|DESCRIBE|DESC)\\b.*\\b(INSERT|UPDATE|DELETE|REPLACE)\\b", primary, "writes that do not begin like one"),
            ("^[( ]*(SELECT|WITH|VALUES|TABLE)\\b", readers, "reads outside a session"),
            ("^(EXPLAIN|DESCRIBE|DESC)\\b", readers, "reads outside a session"),
            ("^SHOW (FULL |EXTENDED )*" + ShownEverywhere + "\\b", readers, "reads outside a session"),
        ];
        text.Append(
            CultureInfo.InvariantCulture,
            $"DELETE FROM mysql_query_rules WHERE rule_id BETWEEN {FirstRule} AND {FirstRule + rules.Length - 1};\n"
        );
        text.Append("INSERT INTO mysql_query_rules (rule_id, active, match_digest, destination_hostgroup, apply, comment) VALUES\n");
        var lines = rules.Select(
            (rule, place) =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  ({FirstRule + place}, 1, {Quoted(rule.Digest)}, {rule.Hostgroup}, 1, {Quoted("MonotonicReads: " + rule.Comment)})"
                )
        );
        text.AppendJoin(",\n", lines).Append(";\n");
    }

    private static void User(StringBuilder text, string user, int hostgroup)
    {
        if (user.Length > 0)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"UPDATE mysql_users SET default_hostgroup = {hostgroup}, transaction_persistent = 1 WHERE username = {Quoted(user)};\n"
            );
        }
    }

    private static void Variable(StringBuilder text, string name, string value) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"UPDATE global_variables SET variable_value = {Quoted(value)} WHERE variable_name = {Quoted(name)};\n"
        );

    private static void Load(StringBuilder text)
    {
        foreach (var part in new[] { "SERVERS", "QUERY RULES", "USERS", "VARIABLES" })
        {
            text.Append("LOAD MYSQL ").Append(part).Append(" TO RUNTIME;\nSAVE MYSQL ").Append(part).Append(" TO DISK;\n");
        }
    }

    // The admin interface is SQLite: only the quote is special.
    private static string Quoted(string value) => "'" + value.Replace("'", "''", StringComparison.Ordinal) + "'";

    private readonly record struct Row(int Hostgroup, ProxiedServer Server, int Weight);
}
