using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using MySqlConnector;

namespace MonotonicReads.Cluster;

/// <summary>One server process of a <see cref="MySqlCluster"/>. Whom it follows is the caller's matter once the cluster has started.</summary>
public sealed class MySqlServer
{
    private const int StartSeconds = 60;

    private readonly MySqlRelease _release;
    private readonly ServerPlace _place;
    private LoopbackPort? _port;
    private Process? _process;

    internal MySqlServer(MySqlRelease release, string directory, int serverId)
    {
        (_release, ServerId) = (release, serverId);
        _place = new(Path.Combine(directory, string.Create(CultureInfo.InvariantCulture, $"server{serverId}")));
    }

    /// <summary>The value of <c>@@server_id</c>, counting up from 1.</summary>
    public int ServerId { get; }

    /// <summary>The port on 127.0.0.1. It stays the same over a restart.</summary>
    public int Port => _port?.Number ?? 0;

    /// <summary>For a user who may do everything, in the database <c>app</c>.</summary>
    public string ConnectionString => ConnectionStringFor("app");

    /// <summary>Whether the process was started and not killed; a paused one is running.</summary>
    public bool IsRunning => _process is { HasExited: false };

    private Process Running => _process ?? throw new InvalidOperationException($"MySQL server {ServerId} is not running.");

    /// <summary>Ends the process at once.</summary>
    public async Task KillAsync()
    {
        using var process = Running;
        process.Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
        _process = null;
    }

    /// <summary>Stops the process without closing its connections.</summary>
    public Task PauseAsync() => Signals.PauseAsync(Running.Id);

    /// <summary>Lets a paused process go on.</summary>
    public Task ResumeAsync() => Signals.ResumeAsync(Running.Id);

    /// <summary>Starts the server again over its files; kills it first if it still runs.</summary>
    /// <param name="options">More options of this run; they win over all others. Null is none.</param>
    public async Task RestartAsync(IReadOnlyList<string>? options = null)
    {
        if (_process is not null)
        {
            await KillAsync().ConfigureAwait(false);
        }

        await LaunchAloneAsync(options ?? []).ConfigureAwait(false);
    }

    /// <summary>
    /// Starts the server again over a copy of another server's files as they are at this moment, under a name of its own. The other
    /// one stands still meanwhile.
    /// </summary>
    /// <param name="source">The other server.</param>
    /// <param name="options">As <see cref="RestartAsync"/> takes them.</param>
    public async Task RebuildAsync(MySqlServer source, IReadOnlyList<string>? options = null)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("The MySQL cluster runs on Linux only.");
        }

        if (_process is not null)
        {
            await KillAsync().ConfigureAwait(false);
        }

        await MySqlCluster.ExecuteAsync(source.ConnectionStringFor("mysql"), "FLUSH ENGINE LOGS").ConfigureAwait(false);
        await source.PauseAsync().ConfigureAwait(false);
        try
        {
            Directory.Delete(_place.Data, recursive: true);
            ServerTemplate.CopyTo(source._place.Data, _place.Data);
        }
        finally
        {
            await source.ResumeAsync().ConfigureAwait(false);
        }

        File.Delete(Path.Combine(_place.Data, "auto.cnf"));
        await LaunchAloneAsync(options ?? []).ConfigureAwait(false);
    }

    /// <summary>Starts the server for the first time.</summary>
    /// <param name="template">The files that it starts with.</param>
    /// <param name="takePort">Gives it a port, and another one where somebody else was faster.</param>
    [SupportedOSPlatform("linux")]
    internal async Task StartAsync(string template, Func<LoopbackPort> takePort)
    {
        Directory.CreateDirectory(_place.Root);
        ServerTemplate.CopyTo(template, _place.Data);
        var isStarted = await LoopbackPort
            .TryStartAsync(
                takePort,
                port =>
                {
                    _port = port;
                    return IsLaunchedAsync([]);
                },
                Log
            )
            .ConfigureAwait(false);
        if (!isStarted)
        {
            throw Died();
        }
    }

    /// <summary>Waits until the database that the first primary made is here.</summary>
    /// <exception cref="MariaDbClusterException">It did not come in time; the message holds the end of the server's log.</exception>
    internal async Task HasDatabaseAsync()
    {
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < StartSeconds; )
        {
            try
            {
                await MySqlCluster.ExecuteAsync(ConnectionString, "DO 0").ConfigureAwait(false);
                return;
            }
            catch (MySqlException exception) when (exception.ErrorCode == MySqlErrorCode.UnknownDatabase)
            {
                await Task.Delay(20).ConfigureAwait(false);
            }
        }

        throw new MariaDbClusterException($"MySQL did not follow within {StartSeconds} seconds:\n{Log()}");
    }

    /// <summary>The watchdog has ended the process: its port may be another's.</summary>
    internal void Ended()
    {
        Forget();
        _port?.Dispose();
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
    }

    private async Task LaunchAloneAsync(IReadOnlyList<string> more)
    {
        if (!await IsLaunchedAsync(more).ConfigureAwait(false))
        {
            throw Died();
        }
    }

    // False: the process ended before it served.
    private async Task<bool> IsLaunchedAsync(IReadOnlyList<string> more)
    {
        string[] options =
        [
            .. _release.OptionsFor(_place.Root),
            "--bind-address=127.0.0.1",
            "--skip-name-resolve",
            $"--socket={_place.Socket}",
            string.Create(CultureInfo.InvariantCulture, $"--port={Port}"),
            string.Create(CultureInfo.InvariantCulture, $"--server-id={ServerId}"),
            "--log-bin=binlog",
            "--relay-log=relay",
            "--innodb-flush-log-at-trx-commit=0",
            "--sync-binlog=0",
            .. _release.Member,
            .. more,
        ];
        _process = Watchdog.StartServer(_place, _release.Command[0], [.. _release.Command.Skip(1), .. options]);
        for (var started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started).TotalSeconds < StartSeconds; )
        {
            if (_process.HasExited)
            {
                Forget();
                return false;
            }

            // The port may be answered by a server of somebody else, ours being about to exit.
            if (await AnsweringDataAsync().ConfigureAwait(false) == $"{_place.Data}/")
            {
                return true;
            }

            await Task.Delay(20).ConfigureAwait(false);
        }

        throw new MariaDbClusterException($"MySQL did not serve within {StartSeconds} seconds:\n{Log()}");
    }

    // The files of the server behind the port; null: there is none, or one that is not ours.
    private async Task<string?> AnsweringDataAsync()
    {
        try
        {
            var alone = new MySqlConnectionStringBuilder(ConnectionStringFor("mysql")) { Pooling = false };
            await using var connection = new MySqlConnection(alone.ConnectionString);
            await connection.OpenAsync().ConfigureAwait(false);
            await using var command = new MySqlCommand("select @@datadir", connection);
            return (string?)await command.ExecuteScalarAsync().ConfigureAwait(false);
        }
        catch (MySqlException exception) when (exception.ErrorCode is MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.AccessDenied)
        {
            return null;
        }
    }

    private MariaDbClusterException Died() => new($"MySQL ended while it started on port {Port}:\n{Log()}");

    private string Log() => File.Exists(_place.Log) ? File.ReadAllText(_place.Log) : "(no log)";

    private string ConnectionStringFor(string database) =>
        new MySqlConnectionStringBuilder
        {
            Server = "127.0.0.1",
            Port = (uint)Port,
            UserID = "root",
            Database = database,
            SslMode = MySqlSslMode.None,
            ConnectionTimeout = 10,
        }.ConnectionString;
}
