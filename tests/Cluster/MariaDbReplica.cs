using System.Diagnostics;
using System.Globalization;
using MySqlConnector;

namespace MonotonicReads.Cluster;

/// <summary>A read-only server that applies the changes of the primary, as late as it is told.</summary>
public sealed class MariaDbReplica : MariaDbServer
{
    private static readonly string[] ThreadColumns =
    [
        "Slave_IO_Running",
        "Slave_SQL_Running",
        "Last_IO_Errno",
        "Last_IO_Error",
        "Last_SQL_Errno",
        "Last_SQL_Error",
    ];

    private readonly MariaDbServer _primary;
    private TimeSpan _delay;

    internal MariaDbReplica(
        MariaDbServer primary,
        string name,
        int serverId,
        string clusterDirectory,
        MariaDbBinaries binaries,
        IReadOnlyList<string> moreOptions
    )
        : base(name, serverId, clusterDirectory, binaries, moreOptions) => _primary = primary;

    private protected override bool IsReadOnly => true;

    /// <summary>From now on every change is applied this long after the primary made it (<c>MASTER_DELAY</c>).</summary>
    /// <param name="delay">Whole seconds; zero applies at once, a few milliseconds late.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="ArgumentOutOfRangeException">Negative, or not in whole seconds, which is all that MariaDB knows.</exception>
    public async Task SetDelayAsync(TimeSpan delay, CancellationToken cancellation = default)
    {
        if (delay < TimeSpan.Zero || delay.Ticks % TimeSpan.TicksPerSecond != 0)
        {
            throw new ArgumentOutOfRangeException(nameof(delay), delay, "MASTER_DELAY is counted in whole seconds from 0 up.");
        }

        _delay = delay;
        await ReplicateAsync(cancellation).ConfigureAwait(false);
    }

    /// <summary>Keeps receiving changes but applies none until <see cref="StartApplyingAsync"/>.</summary>
    /// <param name="cancellation">Ends the call.</param>
    public Task StopApplyingAsync(CancellationToken cancellation = default) => ExecuteAsync("STOP SLAVE SQL_THREAD", cancellation);

    /// <summary>Applies what was received and goes on, after <see cref="StopApplyingAsync"/>.</summary>
    /// <param name="cancellation">Ends the call.</param>
    public Task StartApplyingAsync(CancellationToken cancellation = default) => ExecuteAsync("START SLAVE SQL_THREAD", cancellation);

    /// <summary>Neither receives nor applies until <see cref="StartReplicationAsync"/>.</summary>
    /// <param name="cancellation">Ends the call.</param>
    public Task StopReplicationAsync(CancellationToken cancellation = default) => ExecuteAsync("STOP SLAVE", cancellation);

    /// <summary>Receives and applies again, after <see cref="StopReplicationAsync"/>.</summary>
    /// <param name="cancellation">Ends the call.</param>
    public Task StartReplicationAsync(CancellationToken cancellation = default) => ExecuteAsync("START SLAVE", cancellation);

    /// <summary>Waits until this replica has applied all that the primary has committed at the time of the call.</summary>
    /// <param name="timeout">How long to wait, 30 seconds if null. A delayed replica needs at least its delay.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TimeoutException">It did not get there in time; the message has the state of its threads.</exception>
    public async Task CatchUpAsync(TimeSpan? timeout = null, CancellationToken cancellation = default)
    {
        var position = await _primary.ScalarAsync("select @@gtid_binlog_pos", cancellation).ConfigureAwait(false);
        await CatchUpAsync(position, timeout ?? TimeSpan.FromSeconds(30), cancellation).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    /// <remarks>Replication starts again as well, with the delay that was set, from the position that the files hold.</remarks>
    public override async Task RestartAsync(CancellationToken cancellation = default)
    {
        await base.RestartAsync(cancellation).ConfigureAwait(false);
        await ForgetLostChangesAsync(cancellation).ConfigureAwait(false);
        await ReplicateAsync(cancellation).ConfigureAwait(false);
    }

    internal async Task CatchUpAsync(string position, TimeSpan timeout, CancellationToken cancellation)
    {
        var wait = string.Create(CultureInfo.InvariantCulture, $"select master_gtid_wait('{position}', {timeout.TotalSeconds:F3})");
        if (await ScalarAsync(wait, cancellation).ConfigureAwait(false) != "0")
        {
            var applied = await ScalarAsync("select @@gtid_slave_pos", cancellation).ConfigureAwait(false);
            var state = await ThreadsAsync(cancellation).ConfigureAwait(false);
            throw new TimeoutException(
                $"{Name} did not apply {position} within {timeout.TotalSeconds} seconds; it is at '{applied}', {state}."
            );
        }
    }

    // What SHOW SLAVE STATUS says of both threads: whether they run, and what ended them.
    private async Task<string> ThreadsAsync(CancellationToken cancellation)
    {
        await using var connection = await OpenAdminAsync(cancellation).ConfigureAwait(false);
        await using var command = new MySqlCommand("SHOW SLAVE STATUS", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
        return await reader.ReadAsync(cancellation).ConfigureAwait(false)
            ? string.Join(
                ", ",
                ThreadColumns
                    .Select(column => (column, value: Convert.ToString(reader[column], CultureInfo.InvariantCulture)))
                    .Where(told => told.value is not ("" or "0"))
                    .Select(told => $"{told.column}={told.value}")
            )
            : "it follows nobody";
    }

    /// <summary>
    /// Waits until its receiver has its connection to the primary. Where the primary has committed nothing yet, a replica that has none
    /// has caught up too.
    /// </summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="TimeoutException">It did not get there in time; the message has the state of its threads.</exception>
    internal async Task ReceivesAsync(TimeSpan timeout, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var state = await ThreadsAsync(cancellation).ConfigureAwait(false);
            if (state.Contains($"{ThreadColumns[0]}=Yes", StringComparison.Ordinal))
            {
                return;
            }

            if (Stopwatch.GetElapsedTime(started) > timeout)
            {
                throw new TimeoutException($"{Name} did not receive within {timeout.TotalSeconds} seconds: {state}.");
            }

            await Task.Delay(10, cancellation).ConfigureAwait(false);
        }
    }

    internal Task ReplicateAsync(CancellationToken cancellation) =>
        ExecuteAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                STOP SLAVE;
                CHANGE MASTER TO MASTER_HOST='127.0.0.1', MASTER_PORT={_primary.Port},
                  MASTER_USER='{ServerOptions.User}', MASTER_PASSWORD='{ServerOptions.Password}',
                  MASTER_USE_GTID=slave_pos, MASTER_CONNECT_RETRY=1, MASTER_DELAY={(long)_delay.TotalSeconds};
                START SLAVE;
                """
            ),
            cancellation
        );

    // A kill loses the tables' last second but not the binary log's. Applying those changes again would then be refused as
    // out of order (error 1950), so the log goes back to where the tables are.
    private async Task ForgetLostChangesAsync(CancellationToken cancellation)
    {
        var applied = await ScalarAsync("select @@gtid_slave_pos", cancellation).ConfigureAwait(false);
        if (applied != await ScalarAsync("select @@gtid_binlog_pos", cancellation).ConfigureAwait(false))
        {
            await ExecuteAsync($"RESET MASTER; SET GLOBAL gtid_binlog_state='{applied}'", cancellation).ConfigureAwait(false);
        }
    }
}
