namespace MonotonicReads.Runtime.Tests.Proxies;

/// <summary>Byte for byte, so that a change of what a proxy is told is seen in review.</summary>
public class ProxyConfigurationTests
{
    [Fact]
    public void ProxySql() =>
        Same(
            """
            -- ProxySQL for MonotonicReads. Run it in the admin interface; the accounts must exist.
            DELETE FROM mysql_servers WHERE hostgroup_id IN (10, 11, 101, 102);
            INSERT INTO mysql_servers (hostgroup_id, hostname, port, weight, comment) VALUES
              (10, 'db0', 3306, 1, 'primary'),
              (11, 'db1', 3306, 2, 'r1'),
              (11, 'db2', 3307, 0, 'o''r2'),
              (101, 'db1', 3306, 1, 'r1'),
              (102, 'db2', 3307, 1, 'o''r2');
            DELETE FROM mysql_query_rules WHERE rule_id BETWEEN 9001 AND 9006;
            INSERT INTO mysql_query_rules (rule_id, active, match_digest, destination_hostgroup, apply, comment) VALUES
              (9001, 1, '\bFOR (UPDATE|SHARE)\b', 10, 1, 'MonotonicReads: locking reads'),
              (9002, 1, '\bLOCK IN SHARE MODE\b', 10, 1, 'MonotonicReads: locking reads'),
              (9003, 1, '^(WITH|EXPLAIN|DESCRIBE|DESC)\b.*\b(INSERT|UPDATE|DELETE|REPLACE)\b', 10, 1, 'MonotonicReads: writes that do not begin like one'),
              (9004, 1, '^[( ]*(SELECT|WITH|VALUES|TABLE)\b', 11, 1, 'MonotonicReads: reads outside a session'),
              (9005, 1, '^(EXPLAIN|DESCRIBE|DESC)\b', 11, 1, 'MonotonicReads: reads outside a session'),
              (9006, 1, '^SHOW (FULL |EXTENDED )*(TABLES|COLUMNS|FIELDS|INDEX|INDEXES|KEYS|DATABASES|SCHEMAS|CREATE|TRIGGERS|EVENTS|TABLE STATUS|FUNCTION|PROCEDURE|CHARSET|CHARACTER SET|COLLATION|ENGINES|PLUGINS|PRIVILEGES)\b', 11, 1, 'MonotonicReads: reads outside a session');
            UPDATE mysql_users SET default_hostgroup = 10, transaction_persistent = 1 WHERE username = 'app';
            UPDATE global_variables SET variable_value = 'true' WHERE variable_name = 'mysql-query_digests';
            UPDATE global_variables SET variable_value = '1500' WHERE variable_name = 'mysql-connect_timeout_server_max';
            LOAD MYSQL SERVERS TO RUNTIME;
            SAVE MYSQL SERVERS TO DISK;
            LOAD MYSQL QUERY RULES TO RUNTIME;
            SAVE MYSQL QUERY RULES TO DISK;
            LOAD MYSQL USERS TO RUNTIME;
            SAVE MYSQL USERS TO DISK;
            LOAD MYSQL VARIABLES TO RUNTIME;
            SAVE MYSQL VARIABLES TO DISK;

            """,
            ProxyDialect.ProxySql with
            {
                PrimaryHostgroup = 10,
                ReaderHostgroup = 11,
            },
            Set("o'r2")
        );

    [Fact]
    public void ShopifyFork() =>
        Same(
            """
            -- Shopify's fork of ProxySQL for MonotonicReads. Before it starts, in proxysql.cnf:
            --   unit_of_work_identifiers="consistent_read_id"
            --   query_parser_token_delimiters=","
            --   query_parser_key_value_delimiters=":"
            -- The fork hashes over the replicas in the order in which they were loaded: the order of these rows.
            -- A running one has another order after another set was loaded: restart it then, or sessions and applications disagree.
            -- Run it in the admin interface; the accounts must exist.
            DELETE FROM mysql_servers WHERE hostgroup_id IN (0, 1);
            INSERT INTO mysql_servers (hostgroup_id, hostname, port, weight, comment) VALUES
              (0, 'db0', 3306, 1, 'primary'),
              (1, 'db1', 3306, 2, 'r1'),
              (1, 'db2', 3307, 0, 'r2');
            DELETE FROM mysql_query_rules WHERE rule_id BETWEEN 9001 AND 9006;
            INSERT INTO mysql_query_rules (rule_id, active, match_digest, destination_hostgroup, apply, comment) VALUES
              (9001, 1, '\bFOR (UPDATE|SHARE)\b', 0, 1, 'MonotonicReads: locking reads'),
              (9002, 1, '\bLOCK IN SHARE MODE\b', 0, 1, 'MonotonicReads: locking reads'),
              (9003, 1, '^(WITH|EXPLAIN|DESCRIBE|DESC)\b.*\b(INSERT|UPDATE|DELETE|REPLACE)\b', 0, 1, 'MonotonicReads: writes that do not begin like one'),
              (9004, 1, '^[( ]*(SELECT|WITH|VALUES|TABLE)\b', 1, 1, 'MonotonicReads: reads outside a session'),
              (9005, 1, '^(EXPLAIN|DESCRIBE|DESC)\b', 1, 1, 'MonotonicReads: reads outside a session'),
              (9006, 1, '^SHOW (FULL |EXTENDED )*(TABLES|COLUMNS|FIELDS|INDEX|INDEXES|KEYS|DATABASES|SCHEMAS|CREATE|TRIGGERS|EVENTS|TABLE STATUS|FUNCTION|PROCEDURE|CHARSET|CHARACTER SET|COLLATION|ENGINES|PLUGINS|PRIVILEGES)\b', 1, 1, 'MonotonicReads: reads outside a session');
            UPDATE mysql_users SET default_hostgroup = 0, transaction_persistent = 1 WHERE username = 'app';
            UPDATE global_variables SET variable_value = 'true' WHERE variable_name = 'mysql-query_digests';
            LOAD MYSQL SERVERS TO RUNTIME;
            SAVE MYSQL SERVERS TO DISK;
            LOAD MYSQL QUERY RULES TO RUNTIME;
            SAVE MYSQL QUERY RULES TO DISK;
            LOAD MYSQL USERS TO RUNTIME;
            SAVE MYSQL USERS TO DISK;
            LOAD MYSQL VARIABLES TO RUNTIME;
            SAVE MYSQL VARIABLES TO DISK;

            """,
            ProxyDialect.ShopifyFork,
            Set("r2")
        );

    [Fact]
    public void MaxScale() =>
        Same(
            """
            # MaxScale for MonotonicReads. The monitor, the listener, and the service's user and password are yours to add.

            [primary]
            type=server
            address=db0
            port=3306

            [r1]
            type=server
            address=db1
            port=3306

            [r2]
            type=server
            address=db2
            port=3307

            [MonotonicReads-Hints]
            type=filter
            module=hintfilter

            [MonotonicReads]
            type=service
            router=readwritesplit
            filters=MonotonicReads-Hints
            servers=primary,r1,r2
            retry_failed_reads=false
            transaction_replay=false
            causal_reads=none

            """,
            ProxyDialect.MaxScale,
            Set("r2")
        );

    [Fact]
    public void What_cannot_be_written_says_why()
    {
        Assert.Throws<NotSupportedException>(() => ProxyConfiguration.For(ProxyDialect.SqlCommenter, Set("r2")));
        Assert.Throws<ArgumentException>(() => ProxyConfiguration.For(ProxyDialect.MaxScale, Set("r 2")));
        var set = Set("r2");
        set.Replicas.Add(new ReplicaSettings("r3", ""));
        Assert.Contains("'r3'", Assert.Throws<ArgumentException>(() => ProxyConfiguration.For(ProxyDialect.ProxySql, set)).Message);
        Assert.Throws<InvalidOperationException>(() =>
            ProxyConfiguration.For(ProxyDialect.ProxySql, new ReplicatedMySqlOptions { Primary = "Server=db0" })
        );
        Assert.Throws<ArgumentNullException>(() => ProxyConfiguration.For(null!, set));
        Assert.Throws<ArgumentNullException>(() => ProxyConfiguration.For(ProxyDialect.ProxySql, null!));
    }

    [Theory]
    [InlineData("Server=db0;Password=secret;Port=x", "the option 'port'")]
    [InlineData("Server=db0;Password=first;secret=1", "no option like the 3.")]
    [InlineData("Server=db0;Password=first;secret", "no list of Option=Value")]
    public void A_bad_connection_string_is_not_quoted(string text, string why)
    {
        var bad = new ReplicatedMySqlOptions { Primary = text };
        bad.Replicas.Add(new ReplicaSettings("r1", "Server=db1"));
        var refused = Assert.Throws<ArgumentException>(() => ProxyConfiguration.For(ProxyDialect.ProxySql, bad));
        Assert.DoesNotContain("secret", refused.ToString(), StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    private static void Same(string expected, ProxyDialect dialect, ReplicatedMySqlOptions set)
    {
        var written = ProxyConfiguration.For(dialect, set);
        Assert.Equal(expected.ReplaceLineEndings("\n"), written);
        Assert.Equal(written, ProxyConfiguration.For(dialect, set));
        Assert.DoesNotContain("secret", written, StringComparison.Ordinal);
    }

    private static ReplicatedMySqlOptions Set(string second) =>
        new()
        {
            Primary = "Server=db0;Username=app;Password=secret",
            Replicas =
            {
                new ReplicaSettings("r1", "Server=db1;Username=app;Password=secret", 2),
                new ReplicaSettings(second, "Server=db2;Port=3307", 0),
            },
        };
}
