using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using MySqlConnector;

namespace MonotonicReads.Cluster;

/// <summary>One server process of a <see cref="MariaDbCluster"/>.</summary>
public class MariaDbServer
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly MariaDbBinaries _binaries;
    private readonly ServerPlace _place;
    private readonly IReadOnlyList<string> _moreOptions;
    private LoopbackPort? _port;
    private Process? _process;

    internal MariaDbServer(string name, int serverId, string clusterDirectory, MariaDbBinaries binaries, IReadOnlyList<string> moreOptions)
    {
        Name = name;
        ServerId = serverId;
        _binaries = binaries;
        _moreOptions = moreOptions;
        _place = new(Path.Combine(clusterDirectory, name));
    }

    /// <summary><c>primary</c>, <c>replica1</c>, <c>replica2</c>, ...</summary>
    public string Name { get; }

    /// <summary>The value of <c>@@server_id</c>: 1 for the primary, then counting up.</summary>
    public int ServerId { get; }

    /// <summary>127.0.0.1, or the address of its own that a replica of <c>onOnePort</c> has.</summary>
    public string Host { get; private set; } = LoopbackPort.Host;

    /// <summary>The port at <see cref="Host"/>. It stays the same over a restart.</summary>
    public int Port => _port?.Number ?? 0;

    /// <summary>The process, also while it is paused.</summary>
    /// <exception cref="InvalidOperationException">The server is not running.</exception>
    public int ProcessId => Running.Id;

    /// <summary>
    /// The user <c>app</c> with all that an application needs, in the database <c>app</c>. It cannot write to a replica.
    /// The connection timeout is 2 seconds.
    /// </summary>
    public string ConnectionString => ConnectionStringFor(ServerOptions.User, ServerOptions.Password).ConnectionString;

    /// <summary>A user with every privilege, also that of writing to a replica.</summary>
    public string AdminConnectionString => ConnectionStringFor(ServerOptions.AdminUser, ServerOptions.AdminPassword).ConnectionString;

    private protected virtual bool IsReadOnly => false;

    private Process Running => _process ?? throw new InvalidOperationException($"{Name} is not running.");

    /// <summary>Ends the process at once, as <c>kill -9</c> or a power cut of the database alone would.</summary>
    /// <exception cref="InvalidOperationException">The server is not running.</exception>
    public async Task KillAsync()
    {
        using var process = Running;
        process.Kill();
        await process.WaitForExitAsync().ConfigureAwait(false);
        _process = null;
    }

    /// <summary>Whether the process was started and not killed; a paused one is running.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Stops the process without closing its connections: it accepts on its port and never answers.</summary>
    /// <exception cref="InvalidOperationException">The server is not running.</exception>
    public Task PauseAsync() => Signals.PauseAsync(Running.Id);

    /// <summary>Lets a paused process go on.</summary>
    /// <exception cref="InvalidOperationException">The server is not running.</exception>
    public Task ResumeAsync() => Signals.ResumeAsync(Running.Id);

    /// <summary>
    /// Starts the server again over the same files and on the same port; kills it first if it still runs. Commits of its
    /// last second may be missing from a server that was killed: it does not flush its log at each commit.
    /// </summary>
    /// <param name="cancellation">Ends the wait for the server.</param>
    /// <exception cref="MariaDbClusterException">It did not start; the message holds the end of its log.</exception>
    public virtual Task RestartAsync(CancellationToken cancellation = default) => RestartAloneAsync(cancellation: cancellation);

    /// <summary>As <see cref="RestartAsync"/>, and nothing more: whom the server follows, and from where, is the caller's matter.</summary>
    /// <param name="options">More options of this run; they win over all others. Null is none.</param>
    /// <param name="cancellation">Ends the wait for the server.</param>
    /// <exception cref="MariaDbClusterException">It did not start; the message holds the end of its log.</exception>
    public async Task RestartAloneAsync(IReadOnlyList<string>? options = null, CancellationToken cancellation = default)
    {
        if (_process is not null)
        {
            await KillAsync().ConfigureAwait(false);
        }

        Launch(options);
        if (!await IsServingAsync(cancellation).ConfigureAwait(false))
        {
            throw Died();
        }
    }

    /// <summary>
    /// Starts the server again over other files, on the same port and with the same id: those of another server as they are at
    /// this moment, its binary log included, or those of a new server. What is set up besides is the caller's matter.
    /// </summary>
    /// <param name="source">The server whose files are copied; it stands still meanwhile. Null for the files of a new server.</param>
    /// <param name="options">As <see cref="RestartAloneAsync"/> takes them.</param>
    /// <param name="cancellation">Ends the wait for the server.</param>
    /// <exception cref="MariaDbClusterException">It did not start; the message holds the end of its log.</exception>
    public async Task RebuildAsync(MariaDbServer? source, IReadOnlyList<string>? options = null, CancellationToken cancellation = default)
    {
        if (!OperatingSystem.IsLinux())
        {
            throw new PlatformNotSupportedException("A MariaDB cluster runs on Linux only.");
        }

        if (_process is not null)
        {
            await KillAsync().ConfigureAwait(false);
        }

        Directory.Delete(_place.Data, recursive: true);
        if (source is null)
        {
            ServerTemplate.CopyTo(await ServerTemplate.PrepareAsync(_binaries, cancellation).ConfigureAwait(false), _place.Data);
        }
        else
        {
            // What a process that stands still has written is what a crash would leave, less what was not flushed.
            await source.ExecuteAsync("FLUSH ENGINE LOGS", cancellation).ConfigureAwait(false);
            await source.PauseAsync().ConfigureAwait(false);
            try
            {
                ServerTemplate.CopyTo(source._place.Data, _place.Data);
            }
            finally
            {
                await source.ResumeAsync().ConfigureAwait(false);
            }
        }

        await RestartAloneAsync(options, cancellation).ConfigureAwait(false);
    }

    [SupportedOSPlatform("linux")]
    internal async Task StartAsync(string template, CancellationToken cancellation)
    {
        Directory.CreateDirectory(_place.Root);
        ServerTemplate.CopyTo(template, _place.Data);
        var isStarted = await LoopbackPort
            .TryStartAsync(
                LoopbackPort.Take,
                port =>
                {
                    _port = port;
                    Launch();
                    return IsServingAsync(cancellation);
                },
                LogTail
            )
            .ConfigureAwait(false);
        if (!isStarted)
        {
            throw Died();
        }
    }

    /// <summary>Starts at an address of its own, on a port that another server has at its own.</summary>
    [SupportedOSPlatform("linux")]
    internal async Task StartBesideAsync(string host, int port, string template, CancellationToken cancellation)
    {
        (Host, _port) = (host, new LoopbackPort(port, held: null));
        Directory.CreateDirectory(_place.Root);
        ServerTemplate.CopyTo(template, _place.Data);
        await RestartAloneAsync(cancellation: cancellation).ConfigureAwait(false);
    }

    /// <summary>The watchdog has ended the process: its port may be another's.</summary>
    internal void Ended()
    {
        Forget();
        _port?.Dispose();
    }

    internal async Task<MySqlConnection> OpenAdminAsync(CancellationToken cancellation)
    {
        // What a test tells a server to do must not fail where the machine is busy.
        var patient = new MySqlConnectionStringBuilder(AdminConnectionString) { Pooling = false, ConnectionTimeout = 30 };
        var connection = new MySqlConnection(patient.ConnectionString);
        await connection.OpenAsync(cancellation).ConfigureAwait(false);
        return connection;
    }

    internal async Task ExecuteAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await OpenAdminAsync(cancellation).ConfigureAwait(false);
        await using var command = new MySqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation).ConfigureAwait(false);
    }

    internal async Task<string> ScalarAsync(string sql, CancellationToken cancellation)
    {
        await using var connection = await OpenAdminAsync(cancellation).ConfigureAwait(false);
        await using var command = new MySqlCommand(sql, connection) { CommandTimeout = 0 };
        var value = await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false);
        return Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
    }

    private void Forget()
    {
        _process?.Dispose();
        _process = null;
    }

    private void Launch(IReadOnlyList<string>? options = null) =>
        _process = Watchdog.StartServer(
            _place,
            _binaries.Server,
            ServerOptions.For(_place, Host, Port, ServerId, IsReadOnly, [.. _moreOptions, .. options ?? []])
        );

    // False: the process ended before it served.
    private async Task<bool> IsServingAsync(CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartTimeout)
        {
            if (Running.HasExited)
            {
                Forget();
                return false;
            }

            try
            {
                // The port may be answered by a server of somebody else, ours being about to exit.
                if (await ScalarAsync("select @@datadir", cancellation).ConfigureAwait(false) == $"{_place.Data}/")
                {
                    return true;
                }
            }
            catch (MySqlException exception)
                when (exception.ErrorCode is MySqlErrorCode.UnableToConnectToHost or MySqlErrorCode.AccessDenied)
            {
                // Not listening yet, or not ours.
            }

            await Task.Delay(10, cancellation).ConfigureAwait(false);
        }

        throw new MariaDbClusterException($"{Name} did not serve within {StartTimeout.TotalSeconds} seconds. Its log:\n{LogTail()}");
    }

    private MariaDbClusterException Died() => new($"{Name} ended while it started on port {Port}. Its log:\n{LogTail()}");

    private string LogTail() => File.Exists(_place.Log) ? string.Join('\n', File.ReadLines(_place.Log).TakeLast(30)) : "(none)";

    private MySqlConnectionStringBuilder ConnectionStringFor(string user, string password) =>
        new()
        {
            Server = Host,
            Port = (uint)Port,
            UserID = user,
            Password = password,
            Database = ServerOptions.Database,
            SslMode = MySqlSslMode.None,
            ConnectionTimeout = 10,
        };
}
