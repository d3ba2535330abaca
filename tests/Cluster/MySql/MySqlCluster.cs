using System.Runtime.Versioning;
using MySqlConnector;

namespace MonotonicReads.Cluster;

/// <summary>
/// A real MySQL primary and its replicas with GTID replication, as processes on this machine. Linux on x64 only. Gone
/// with the cluster, as with <see cref="MariaDbCluster"/>.
/// </summary>
public sealed class MySqlCluster : IAsyncDisposable
{
    private readonly Watchdog _watchdog;

    private MySqlCluster(Watchdog watchdog, IReadOnlyList<MySqlServer> servers)
    {
        (_watchdog, Servers) = (watchdog, servers);
        Primary = servers[0].ConnectionString;
        Replicas = [.. servers.Skip(1).Select(server => server.ConnectionString)];
    }

    /// <summary>All servers, first the one that takes the writes as the cluster starts.</summary>
    public IReadOnlyList<MySqlServer> Servers { get; }

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
            var servers = Enumerable.Range(1, replicas + 1).Select(id => new MySqlServer(release, directory, id)).ToArray();
            await Task.WhenAll(servers.Select(server => server.StartAsync(Path.Combine(template, "data"), LoopbackPort.Take)))
                .ConfigureAwait(false);
            var cluster = new MySqlCluster(watchdog, servers);
            await ExecuteAsync(cluster.Primary.Replace("Database=app", "Database=mysql", StringComparison.Ordinal), "CREATE DATABASE app")
                .ConfigureAwait(false);
            foreach (var replica in cluster.Replicas)
            {
                await ExecuteAsync(
                        replica.Replace("Database=app", "Database=mysql", StringComparison.Ordinal),
                        release.Follow(servers[0].Port)
                    )
                    .ConfigureAwait(false);
            }

            // Where the database of the primary is, its log is received and applied.
            foreach (var server in servers.Skip(1))
            {
                await server.HasDatabaseAsync().ConfigureAwait(false);
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
        // What a test tells a server to do must not fail where the machine is busy.
        var patient = new MySqlConnectionStringBuilder(connectionString) { ConnectionTimeout = 30 };
        await using var connection = new MySqlConnection(patient.ConnectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    /// <summary>Ends all servers and removes their files.</summary>
    /// <returns>A task that ends when they are gone.</returns>
    public async ValueTask DisposeAsync()
    {
        await _watchdog.DisposeAsync().ConfigureAwait(false);
        foreach (var server in Servers)
        {
            server.Ended();
        }
    }
}
