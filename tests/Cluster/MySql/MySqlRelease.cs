using System.Diagnostics;
using System.Globalization;

namespace MonotonicReads.Cluster;

/// <summary>A real MySQL that <c>tests/run.sh</c> unpacks: where it is, how it is started, and what its statements are called.</summary>
public abstract class MySqlRelease
{
    private static readonly string Cache = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile),
        ".cache",
        "monotonicreads"
    );

    /// <summary>The oldest with GTIDs.</summary>
    public static MySqlRelease Oldest { get; } = new MySql56(Path.Combine(Cache, "mysql-5.6.24002", "package", "server"));

    /// <summary>The newest that Debian has.</summary>
    public static MySqlRelease Current { get; } = new CurrentMySql(Path.Combine(Cache, "mysql-current"));

    /// <summary>Whether the server is on this machine.</summary>
    public bool IsInstalled => File.Exists(Server);

    /// <summary>The server's file.</summary>
    internal abstract string Server { get; }

    /// <summary>The command that starts the server, without its options.</summary>
    internal abstract IReadOnlyList<string> Command { get; }

    /// <summary>The options without which this release does not find its own files, and the layout of its data.</summary>
    internal abstract IEnumerable<string> Layout { get; }

    /// <summary>The options of a member of a cluster.</summary>
    internal abstract IEnumerable<string> Member { get; }

    /// <summary>Makes the system tables in the directory "data" under a root, with a <c>root@127.0.0.1</c> that has no password.</summary>
    internal abstract Task BootstrapAsync(string root);

    /// <summary>The statements that make a server follow the one at a port.</summary>
    internal abstract string Follow(int port);

    /// <summary>The statement that stops what is written from being applied.</summary>
    public abstract string StopApplying { get; }

    /// <summary>Its opposite.</summary>
    public abstract string StartApplying { get; }

    /// <summary>The options that every start of a server of this release has.</summary>
    internal string[] OptionsFor(string root) =>
        [
            "--no-defaults", // must be the first
            $"--datadir={Path.Combine(root, "data")}",
            $"--tmpdir={root}",
            .. ServerOptions.RunAs,
            .. Layout,
        ];

    private protected async Task RunOnceAsync(string root, string input, params string[] options)
    {
        var start = new ProcessStartInfo(
            "sh",
            ["-c", "exec \"$@\" >/dev/null 2>\"$0\"", Path.Combine(root, "log"), .. Command, .. OptionsFor(root), .. options]
        )
        {
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start) ?? throw new MariaDbClusterException("mysqld could not be started.");
        await process.StandardInput.WriteAsync(input).ConfigureAwait(false);
        process.StandardInput.Close();
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw new MariaDbClusterException(
                $"mysqld {string.Join(' ', options)} exited with {process.ExitCode}:\n{await File.ReadAllTextAsync(Path.Combine(root, "log")).ConfigureAwait(false)}"
            );
        }
    }

    private sealed class MySql56(string home) : MySqlRelease
    {
        internal override string Server { get; } = Path.Combine(home, "mysqld");

        internal override IReadOnlyList<string> Command => ["env", $"LD_LIBRARY_PATH={home}", Server];

        internal override IEnumerable<string> Layout =>
            [
                $"--basedir={home}",
                $"--lc-messages-dir={Path.Combine(home, "share")}",
                "--innodb-data-file-path=ibdata1:10M:autoextend",
                "--innodb-log-file-size=4M",
                "--innodb-buffer-pool-size=16M",
            ];

        internal override IEnumerable<string> Member =>
            [
                "--log-slave-updates",
                "--gtid-mode=ON",
                "--enforce-gtid-consistency",
                "--master-info-repository=TABLE",
                "--relay-log-info-repository=TABLE",
                "--skip-slave-start",
                "--performance-schema=0",
            ];

        public override string StopApplying => "STOP SLAVE SQL_THREAD";

        public override string StartApplying => "START SLAVE SQL_THREAD";

        internal override async Task BootstrapAsync(string root)
        {
            Directory.CreateDirectory(Path.Combine(root, "data", "mysql"));
            var share = Path.Combine(home, "share");
            var sql = "use mysql;\n" + await File.ReadAllTextAsync(Path.Combine(share, "mysql_system_tables.sql")).ConfigureAwait(false);

            // The host's name stands in these lines, and root at the loopback address is enough.
            sql += string.Join(
                '\n',
                File.ReadLines(Path.Combine(share, "mysql_system_tables_data.sql"))
                    .Where(line => !line.Contains("@current_hostname", StringComparison.Ordinal))
            );
            await RunOnceAsync(root, sql, "--bootstrap").ConfigureAwait(false);
        }

        internal override string Follow(int port) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={port}, MASTER_USER='root', MASTER_CONNECT_RETRY=1, MASTER_AUTO_POSITION=1; START SLAVE; SET GLOBAL read_only = 1"
            );
    }

    /// <summary>With its own C library, which is newer than the machine's.</summary>
    private sealed class CurrentMySql(string home) : MySqlRelease
    {
        private readonly string _libraries = Path.Combine(home, "usr", "lib", "x86_64-linux-gnu");

        internal override string Server { get; } = Path.Combine(home, "usr", "sbin", "mysqld");

        internal override IReadOnlyList<string> Command =>
            [
                Path.Combine(_libraries, "ld-linux-x86-64.so.2"),
                "--library-path",
                $"{_libraries}:{Path.Combine(home, "usr", "lib", "mysql", "private")}",
                Server,
            ];

        internal override IEnumerable<string> Layout =>
            [
                $"--basedir={Path.Combine(home, "usr")}",
                $"--lc-messages-dir={Path.Combine(home, "usr", "share", "mysql")}",
                "--innodb-redo-log-capacity=16M",
                "--innodb-buffer-pool-size=32M",
            ];

        internal override IEnumerable<string> Member =>
            [
                "--gtid-mode=ON",
                "--enforce-gtid-consistency=ON",
                "--skip-replica-start",
                "--secure-file-priv=",
                "--mysqlx=OFF",
                "--performance-schema=OFF",
            ];

        public override string StopApplying => "STOP REPLICA SQL_THREAD";

        public override string StartApplying => "START REPLICA SQL_THREAD";

        internal override async Task BootstrapAsync(string root)
        {
            Directory.CreateDirectory(root);
            var first = Path.Combine(root, "first.sql");
            await File.WriteAllTextAsync(
                    first,
                    "CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '';\nGRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;\n"
                )
                .ConfigureAwait(false);
            await RunOnceAsync(root, "", "--initialize-insecure", $"--init-file={first}").ConfigureAwait(false);

            // The name that every copy would share.
            File.Delete(Path.Combine(root, "data", "auto.cnf"));
        }

        internal override string Follow(int port) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"CHANGE REPLICATION SOURCE TO SOURCE_HOST='127.0.0.1', SOURCE_PORT={port}, SOURCE_USER='root', SOURCE_CONNECT_RETRY=1, SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1; START REPLICA; SET GLOBAL read_only = 1"
            );
    }
}
