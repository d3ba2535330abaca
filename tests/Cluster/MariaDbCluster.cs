using System.Runtime.Versioning;

namespace MonotonicReads.Cluster;

/// <summary>
/// A MariaDB primary and its replicas as processes on this machine, with GTID replication, for tests, samples and
/// benchmarks. Linux only. The servers and their files are gone when the cluster is disposed, and also when the process
/// that started it ends in any other way, kill -9 included.
/// </summary>
/// <remarks>
/// The servers are set up for speed, not for safety: nothing is flushed to the disk. They listen on the loopback interface alone.
/// </remarks>
public sealed class MariaDbCluster : IAsyncDisposable
{
    private readonly Watchdog _watchdog;

    private MariaDbCluster(string directory, Watchdog watchdog, MariaDbServer primary, IReadOnlyList<MariaDbReplica> replicas)
    {
        Directory = directory;
        _watchdog = watchdog;
        Primary = primary;
        Replicas = replicas;
    }

    /// <summary>The server that takes the writes.</summary>
    public MariaDbServer Primary { get; }

    /// <summary>The read-only servers, in the order of their names.</summary>
    public IReadOnlyList<MariaDbReplica> Replicas { get; }

    /// <summary>Where the servers keep their files, one directory each, named like the server.</summary>
    public string Directory { get; }

    /// <summary>
    /// Starts a primary and its replicas, all caught up and without delay. The first call on a machine takes about two
    /// seconds more, for the template of the data directories.
    /// </summary>
    /// <param name="replicas">How many replicas, 0 or more.</param>
    /// <param name="serverOptions">More options for every mariadbd; they win over the cluster's own. Null is none.</param>
    /// <param name="onOnePort">Each replica listens at an address of its own, 127.0.0.2 and up, on the primary's port: a driver that
    /// balances over several hosts takes one port for all of them.</param>
    /// <param name="cancellation">Ends the start; nothing is left behind.</param>
    /// <exception cref="MariaDbMissingException">mariadbd is not installed; the message has the command that installs it.</exception>
    /// <exception cref="PlatformNotSupportedException">This is not Linux.</exception>
    /// <exception cref="MariaDbClusterException">A server did not start; the message holds the end of its log.</exception>
    public static Task<MariaDbCluster> StartAsync(
        int replicas = 3,
        IReadOnlyList<string>? serverOptions = null,
        bool onOnePort = false,
        CancellationToken cancellation = default
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(replicas);
        return OperatingSystem.IsLinux()
            ? StartOnLinuxAsync(replicas, serverOptions ?? [], onOnePort, cancellation)
            : throw new PlatformNotSupportedException("A MariaDB cluster is started on Linux only: it needs /proc and setsid.");
    }

    /// <summary>Waits until every replica has applied all that the primary has committed at the time of the call.</summary>
    /// <param name="timeout">How long to wait, 30 seconds if null. A delayed replica needs at least its delay.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TimeoutException">A replica did not get there in time; the message names it.</exception>
    public async Task WaitForReplicasAsync(TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var position = await Primary.ScalarAsync("select @@gtid_binlog_pos", cancellation).ConfigureAwait(false);
        await Task.WhenAll(Replicas.Select(replica => replica.CatchUpAsync(position, timeout ?? TimeSpan.FromSeconds(30), cancellation)))
            .ConfigureAwait(false);
    }

    /// <summary>Ends all servers and removes their files. May be called more than once.</summary>
    public async ValueTask DisposeAsync()
    {
        await _watchdog.DisposeAsync().ConfigureAwait(false);
        foreach (var server in Replicas.Prepend(Primary))
        {
            server.Ended();
        }
    }

    [SupportedOSPlatform("linux")]
    private static async Task<MariaDbCluster> StartOnLinuxAsync(
        int replicas,
        IReadOnlyList<string> serverOptions,
        bool onOnePort,
        CancellationToken cancellation
    )
    {
        var binaries = MariaDbBinaries.Find();
        var template = await ServerTemplate.PrepareAsync(binaries, cancellation).ConfigureAwait(false);

        var directory = Path.Combine(Path.GetTempPath(), $"mr-cluster-{Guid.NewGuid():N}");
        var watchdog = Watchdog.Over(directory);
        try
        {
            System.IO.Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var primary = new MariaDbServer("primary", 1, directory, binaries, serverOptions);
            var followers = Enumerable
                .Range(1, replicas)
                .Select(number => new MariaDbReplica(primary, $"replica{number}", number + 1, directory, binaries, serverOptions))
                .ToArray();

            await (onOnePort ? StartOnOnePortAsync() : Task.WhenAll(followers.Prepend(primary).Select(StartAsync))).ConfigureAwait(false);
            await Task.WhenAll(followers.Select(replica => replica.ReplicateAsync(cancellation))).ConfigureAwait(false);
            await Task.WhenAll(followers.Select(replica => replica.ReceivesAsync(TimeSpan.FromSeconds(30), cancellation)))
                .ConfigureAwait(false);

            var cluster = new MariaDbCluster(directory, watchdog, primary, followers);
            await cluster.WaitForReplicasAsync(cancellation: cancellation).ConfigureAwait(false);
            return cluster;

            Task StartAsync(MariaDbServer server) => Task.Run(() => server.StartAsync(template, cancellation), cancellation);

            async Task StartOnOnePortAsync()
            {
                await StartAsync(primary).ConfigureAwait(false);
                await Task.WhenAll(followers.Select((replica, i) => StartBesideAsync(replica, $"127.0.0.{i + 2}"))).ConfigureAwait(false);
            }

            Task StartBesideAsync(MariaDbReplica replica, string host) =>
                Task.Run(() => replica.StartBesideAsync(host, primary.Port, template, cancellation), cancellation);
        }
        catch
        {
            await watchdog.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
