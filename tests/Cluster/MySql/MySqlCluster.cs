using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using MySqlConnector;

namespace MonotonicReads.Cluster;

/// <summary>
/// A real MySQL primary and its replicas with GTID replication, as processes on this machine. Linux on x64 only. Gone
/// with the cluster, as with <see cref="MariaDbCluster"/>.
/// </summary>
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

    /// <summary>Starts a primary and its replicas.</summary>
    /// <param name="release">Which MySQL.</param>
    /// <param name="replicas">How many.</param>
    /// <exception cref="InvalidOperationException">The server is not there; the message has the command that installs it.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    public static async Task<MySqlCluster> StartAsync(MySqlRelease release, int replicas = 2)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The MySQL cluster is started on Linux only.");
        }

        if (!release.IsInstalled)
        {
            throw new InvalidOperationException($"There is no {release.Server}. tests/run.sh cluster installs it.");
        }

        return await StartOnLinuxAsync(release, replicas).ConfigureAwait(false);
    }

    [SupportedOSPlatform("linux")]
    private static async Task<MySqlCluster> StartOnLinuxAsync(MySqlRelease release, int replicas)
    {
        var directory = Path.Combine(Path.GetTempPath(), $"mr-mysql-{Guid.NewGuid():N}");
        var watchdog = Watchdog.Over(directory);
        try
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var template = Path.Combine(directory, "template");
            await release.BootstrapAsync(template).ConfigureAwait(false);
            var ports = Enumerable.Range(0, replicas + 1).Select(_ => LoopbackPorts.Next()).ToArray();
            await Task.WhenAll(ports.Select((port, index) => LaunchAsync(release, directory, template, port, serverId: index + 1)))
                .ConfigureAwait(false);
            var cluster = new MySqlCluster(watchdog, ports[0], ports[1..]);
            await ExecuteAsync(cluster.Primary.Replace("Database=app", "Database=mysql", StringComparison.Ordinal), "CREATE DATABASE app")
                .ConfigureAwait(false);
            foreach (var replica in cluster.Replicas)
            {
                await ExecuteAsync(replica.Replace("Database=app", "Database=mysql", StringComparison.Ordinal), release.Follow(ports[0]))
                    .ConfigureAwait(false);
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

    private static string ConnectionStringFor(int port) =>
        new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = (uint)port,
            UserID = "root",
            Database = "app",
            SslMode = MySqlSslMode.None,
            ConnectionTimeout = 2,
        }.ConnectionString;

    [SupportedOSPlatform("linux")]
    private static async Task LaunchAsync(MySqlRelease release, string directory, string template, int port, int serverId)
    {
        var place = new ServerPlace(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"server{serverId}")));
        Directory.CreateDirectory(place.Root);
        ServerTemplate.CopyTo(Path.Combine(template, "data"), place.Data);
        string[] options =
        [
            .. release.OptionsFor(place.Root),
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            $"--socket={place.Socket}",
            string.Create(CultureInfo.InvariantCulture, $"--port={port}"),
            string.Create(CultureInfo.InvariantCulture, $"--server-id={serverId}"),
            "--log-bin=binlog",
            "--relay-log=relay",
            "--innodb-flush-log-at-trx-commit=0",
            "--sync-binlog=0",
            .. release.Member,
        ];
        using var process = Watchdog.StartServer(place, release.Command[0], [.. release.Command.Skip(1), .. options]);
        var connectionString = ConnectionStringFor(port).Replace("Database=app", "Database=mysql", StringComparison.Ordinal);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < StartSeconds; )
        {
            try
            {
                await ExecuteAsync(connectionString, "DO 1").ConfigureAwait(false);
                return;
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.UnableToConnectToHost)
            {
                if (process.HasExited)
                {
                    break;
                }

                await Task.Delay(20).ConfigureAwait(false);
            }
        }

        throw new MariaDbClusterException(
            $"MySQL ended, or did not serve within {StartSeconds} seconds:\n{await File.ReadAllTextAsync(place.Log).ConfigureAwait(false)}"
        );
    }
}
