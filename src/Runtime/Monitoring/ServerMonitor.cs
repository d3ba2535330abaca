using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Globalization;
using MonotonicReads.Choosing;
using MonotonicReads.Observability;
using MonotonicReads.Servers;

namespace MonotonicReads.Monitoring;

/// <summary>
/// Looks at every server now and then, each on a loop of its own; none of it is on the way of a read. A server changes
/// sides only after several equal answers, so that one that flaps does not make sessions flap.
/// </summary>
internal sealed class ServerMonitor
{
    private const double LagToReturn = 0.5;
    private const double LongestWaitDays = 24;

    private readonly RoutingReports _reports;
    private readonly Divergence? _divergence;
    private readonly ReplicaProgress _progress;
    private readonly TimeProvider _time;
    private readonly MonitorOptions _options;
    private readonly TimeSpan _timeout;
    private readonly ConcurrentDictionary<RoutedServer, Watch> _watches = new();

    public ServerMonitor(
        RoutedServer primary,
        ReplicaTable replicas,
        RoutingReports reports,
        Divergence? divergence,
        ReplicaProgress progress,
        TimeProvider time,
        MonitorOptions options
    )
    {
        _progress = progress;
        _divergence = divergence;
        _reports = reports;
        _time = time;
        _options = options;
        _timeout = Bounded(options.Timeout.TotalDays);

        // Loops live as long as the data source, and must not keep the session of whoever built it.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        Start(primary);
        Follow(replicas);
    }

    public ServerState? StateOf(RoutedServer server) => _watches.TryGetValue(server, out var watch) ? watch.State : null;

    /// <summary>Begins with the replicas that are new, and ends with those that are gone.</summary>
    public void Follow(ReplicaTable table)
    {
        foreach (var server in table.Servers)
        {
            Start(server);
        }

        foreach (var server in _watches.Keys.Except(table.Servers).Where(server => !server.IsPrimary))
        {
            End(server);
        }
    }

    public void Stop()
    {
        foreach (var server in _watches.Keys)
        {
            End(server);
        }
    }

    private void Start(RoutedServer server)
    {
        var watch = new Watch(server);
        if (_watches.TryAdd(server, watch))
        {
            _ = Task.Run(() => WatchAsync(watch));
        }
    }

    private void End(RoutedServer server)
    {
        if (_watches.TryRemove(server, out var watch))
        {
            // The driver's own callbacks run then, and can throw where a connection breaks at that moment: not at who ends a data source.
            _ = watch.Stopping.CancelAsync().ContinueWith(static ended => ended.Exception, TaskScheduler.Default);
        }
    }

    private async Task WatchAsync(Watch watch)
    {
        while (!watch.Stopping.IsCancellationRequested)
        {
            await LookAsync(watch).ConfigureAwait(false);
            var jitter = 1 + (_options.Jitter * ((2 * Random.Shared.NextDouble()) - 1));
            try
            {
                await Task.Delay(Bounded(_options.Interval.TotalDays * jitter), _time, watch.Stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    // Timers count to 49 days; who says more means never.
    private static TimeSpan Bounded(double days) => TimeSpan.FromDays(Math.Min(days, LongestWaitDays));

    private async Task LookAsync(Watch watch)
    {
        var now = _time.GetUtcNow();
        try
        {
            var seen = await AskAsync(watch).ConfigureAwait(false);
            watch.Failures = 0;
            watch.Successes++;

            // A server that only the proxy kept from answering does not flap.
            var isBack = watch.IsDownByProxy || watch.Successes >= _options.SuccessesUntilUp;
            var isUp = watch.State.Health != ServerHealth.Down || isBack;
            Become(watch, seen with { Health = isUp ? ServerHealth.Up : ServerHealth.Down, CheckedAt = now });
        }
        catch (Exception exception) when (!watch.Stopping.IsCancellationRequested)
        {
            // Whatever went wrong, the next look tells whether it lasts.
            var isFirst = watch.Failures == 0 && watch.State.Health != ServerHealth.Down;
            watch.IsDownByProxy = watch.LostProxy && (isFirst || watch.IsDownByProxy);
            watch.Successes = 0;
            watch.Failures++;
            var isDown = watch.State.Health == ServerHealth.Down || watch.Failures >= _options.FailuresUntilDown;
            Become(
                watch,
                watch.State with
                {
                    Health = isDown ? ServerHealth.Down : watch.State.Health,
                    CheckedAt = now,
                    Error = exception.GetType().Name + ": " + exception.Message,
                }
            );
        }
        catch (Exception)
        {
            // The server is not watched any more.
        }
    }

    private void Become(Watch watch, ServerState state)
    {
        var lagsTooFar = _options.MaxLag is { } most && state.Lag is { } lag && lag > (watch.LagsTooFar ? most * LagToReturn : most);
        state = state with { IsKeptOut = !state.IsPrimary && (state.Health == ServerHealth.Down || lagsTooFar) };
        var before = watch.State;
        watch.LagsTooFar = lagsTooFar;
        watch.State = state;
        watch.Server.IsKeptOut = state.IsKeptOut;
        watch.Server.IsTooFarBehind = lagsTooFar && _options.MovesLaggingSessions && !state.IsPrimary;
        if (before.Health != state.Health || before.IsKeptOut != state.IsKeptOut)
        {
            _reports.HealthChanged(state.Name, state.Health, state.IsKeptOut, state.Lag, state.Error);
        }
    }

    private async Task<ServerState> AskAsync(Watch watch)
    {
        watch.LostProxy = watch.Server.IsBehindProxy;
        var (connection, generation) = await BoundedOpening
            .OpenOfAsync(watch.Server, _timeout, _time, isAsync: true, watch.Stopping.Token)
            .ConfigureAwait(false);
        SilentServerException? silent = null;
        try
        {
            return await AskAsync(watch, connection, generation).ConfigureAwait(false);
        }
        catch (SilentServerException exception)
        {
            silent = exception;
            throw;
        }
        finally
        {
            // Where the proxy has answered for the server, its connection is open still.
            watch.LostProxy &= silent is null && connection.State != ConnectionState.Open;
            await Letting.GoAsync(connection, silent, isAsync: true).ConfigureAwait(false);
        }
    }

    private async Task<ServerState> AskAsync(Watch watch, DbConnection connection, PoolGeneration generation)
    {
        var server = new ServerQuestions(watch.Server, connection, _time, isAsync: true, watch.Stopping.Token, timeout: _timeout);
        if (watch.Server is { IsBehindProxy: true, Introduction: { } introduction })
        {
            // No connection of its own told whether it is the same run of the server still.
            await introduction(server).ConfigureAwait(false);
        }

        var incarnation = watch.Server.Incarnation;
        var answer = await server
            .AskAsync("SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'server_id', 'server_uuid')", _timeout)
            .ConfigureAwait(false);
        var variables = answer
            .Chunk(2)
            .ToDictionary(row => row[0].Value ?? "", row => row[1].Value ?? "", StringComparer.OrdinalIgnoreCase);
        var protocol = await watch.Server.ProtocolAsync(server).ConfigureAwait(false);
        var position = watch.Server.IsPrimary
            ? await protocol.SeenAsync(server).ConfigureAwait(false) ?? protocol.Parse("")
            : await protocol.ReachedAsync(server).ConfigureAwait(false);
        var isReadOnly = variables.GetValueOrDefault("read_only") is not (null or "OFF" or "0");
        if (!watch.Server.IsPrimary)
        {
            watch.Server.Learn(position, incarnation, _time.GetTimestamp());
            watch.Server.NoteHeld(await protocol.HeldAsync(server).ConfigureAwait(false), incarnation);
        }
        else if (isReadOnly)
        {
            // It is the primary no more: the next connections are made to where the address leads now.
            generation.Retire();
        }
        else
        {
            if (generation.IsCurrent)
            {
                _progress.PrimaryHas(position, incarnation);
            }

            watch.Server.NoteHeld(await protocol.HeldAsync(server).ConfigureAwait(false), incarnation);
            _divergence?.NoteHeld();
        }

        return new ServerState(watch.Server.Name, watch.Server.IsPrimary)
        {
            Position = position,
            Identity = string.Join(
                ' ',
                variables.Where(v => v.Key != "read_only").OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}")
            ),
            IsReadOnly = isReadOnly,
            Lag = watch.Server.IsPrimary ? null : await LagAsync(server, protocol).ConfigureAwait(false),
        };
    }

    private async Task<TimeSpan?> LagAsync(ServerQuestions server, ServerProtocol protocol)
    {
        string? seconds;
        try
        {
            seconds = _options.HeartbeatQuery is { } query
                ? (await server.AskAsync(query, _timeout).ConfigureAwait(false)).FirstOrDefault().Value
                : await protocol.LagAsync(server).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // Without the privilege it is not known.
            return null;
        }

        return double.TryParse(seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var lag)
            ? TimeSpan.FromSeconds(Math.Max(0, lag))
            : null;
    }

    private sealed class Watch(RoutedServer server)
    {
        private volatile ServerState _state = ServerState.Unknown(server.Name, server.IsPrimary);

        public RoutedServer Server => server;

        public CancellationTokenSource Stopping { get; } = new();

        public ServerState State
        {
            get => _state;
            set => _state = value;
        }

        public int Failures { get; set; }

        public int Successes { get; set; }

        public bool LagsTooFar { get; set; }

        /// <summary>Whether the last look did not get past the proxy, which then says nothing of the server.</summary>
        public bool LostProxy { get; set; }

        /// <summary>Whether the server counts as down for looks alone that did not get past the proxy.</summary>
        public bool IsDownByProxy { get; set; }
    }
}
