using System.Globalization;

namespace MonotonicReads.Cluster;

/// <summary>The command line of one server, and what it shares with the template it is copied from.</summary>
internal static class ServerOptions
{
    public const string User = "app";
    public const string Password = "app";
    public const string Database = "app";
    public const string AdminUser = "cluster_admin";
    public const string AdminPassword = "cluster_admin";

    /// <summary>The layout of the files. A template made with other values does not start.</summary>
    public static readonly string[] Layout =
    [
        "--innodb-undo-tablespaces=0", // four undo tablespaces would make every copy four times as slow
        "--innodb-log-file-size=4M",
        "--innodb-data-file-path=ibdata1:5M:autoextend",
    ];

    /// <summary>
    /// What every server of the cluster holds before replication starts. <c>app</c> may do all that an application does,
    /// but not write to a server that is read only: that is what makes a misrouted write visible.
    /// </summary>
    public const string InitialSql = $"""
        FLUSH PRIVILEGES;
        CREATE USER '{AdminUser}'@'%' IDENTIFIED BY '{AdminPassword}';
        GRANT ALL ON *.* TO '{AdminUser}'@'%' WITH GRANT OPTION;
        CREATE USER '{User}'@'%' IDENTIFIED BY '{Password}';
        GRANT ALL ON *.* TO '{User}'@'%';
        REVOKE READ_ONLY ADMIN, SUPER ON *.* FROM '{User}'@'%';
        CREATE DATABASE {Database};

        """;

    /// <summary>mariadbd refuses to run as root unless told so, and refuses to be told so by anyone else.</summary>
    public static IEnumerable<string> RunAs => Environment.IsPrivilegedProcess ? ["--user=root"] : [];

    public static IEnumerable<string> For(
        ServerPlace place,
        string host,
        int port,
        int serverId,
        bool readOnly,
        IEnumerable<string> more
    ) =>
        [
            "--no-defaults",
            .. RunAs,
            $"--bind-address={host}",
            "--skip-name-resolve",
            $"--datadir={place.Data}",
            $"--tmpdir={place.Root}",
            $"--socket={place.Socket}",
            string.Create(CultureInfo.InvariantCulture, $"--port={port}"),
            string.Create(CultureInfo.InvariantCulture, $"--server-id={serverId}"),
            $"--read-only={(readOnly ? 1 : 0)}",
            "--log-bin=binlog",
            "--log-slave-updates=1",
            "--gtid-strict-mode=1",
            "--binlog-format=ROW",
            "--skip-slave-start=1",
            .. Layout,
            "--innodb-buffer-pool-size=16M",
            "--innodb-flush-log-at-trx-commit=0",
            "--sync-binlog=0",
            "--innodb-doublewrite=0",
            "--innodb-flush-method=nosync",
            "--performance-schema=0",
            "--slave-net-timeout=5",
            .. more, // the last one given wins
        ];
}

/// <summary>Where one server keeps its files.</summary>
internal sealed record ServerPlace(string Root)
{
    public string Data => Path.Combine(Root, "data");

    public string Socket => Path.Combine(Root, "socket");

    public string Log => Path.Combine(Root, "log");
}
