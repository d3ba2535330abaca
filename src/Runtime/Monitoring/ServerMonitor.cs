using System.Collections.Concurrent;
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
    private readonly ServerLook _look;
    private readonly TimeProvider _time;
    private readonly MonitorOptions _options;
    private readonly Watch _primary;
    private readonly IDisposable _gauges;
    private readonly ConcurrentDictionary<RoutedServer, Watch> _watches = new();

    /// <param name="source">The data source's name.</param>
    /// <param name="primary">The primary.</param>
    /// <param name="replicas">The replicas of the moment.</param>
    /// <param name="reports">Where changes are said.</param>
    /// <param name="divergence">Told of what servers hold; null where positions are not asked for.</param>
    /// <param name="progress">Told of what the primary has.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">How servers are watched.</param>
    public ServerMonitor(
        string source,
        RoutedServer primary,
        ReplicaTable replicas,
        RoutingReports reports,
        Divergence? divergence,
        ReplicaProgress progress,
        TimeProvider time,
        MonitorOptions options
    )
    {
        _reports = reports;
        _time = time;
        _options = options;
        _look = new ServerLook(primary, divergence, progress, time, options.HeartbeatQuery, Bounded(options.Timeout.TotalDays));
        _primary = new Watch(primary);

        // Loops live as long as the data source, and must not keep the session of whoever built it.
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        Start(_primary);
        Follow(replicas);
        _gauges = RoutingMetrics.Observe(() => _watches.Values.Select(watch => ReadingOf(source, watch.State)));
    }

    public ServerState? StateOf(RoutedServer server) => _watches.TryGetValue(server, out var watch) ? watch.State : null;

    /// <summary>Begins with the replicas that are new, and ends with those that are gone.</summary>
    public void Follow(ReplicaTable table)
    {
        foreach (var server in table.Servers)
        {
            if (!_watches.ContainsKey(server))
            {
                Start(new Watch(server));
            }
        }

        foreach (var server in _watches.Keys.Except(table.Servers).Where(server => !server.IsPrimary))
        {
            End(server);
        }
    }

    public void Stop()
    {
        _gauges.Dispose();
        foreach (var server in _watches.Keys)
        {
            End(server);
        }
    }

    private void Start(Watch watch)
    {
        if (_watches.TryAdd(watch.Server, watch))
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
        var began = _time.GetTimestamp();
        try
        {
            var seen = await _look.AskAsync(watch).ConfigureAwait(false);
            watch.AnsweredAt = began;
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
                    Lag = null,
                    Replication = ReplicationState.Unknown,
                    ReplicationProblem = null,
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
        var lagsTooFar = state.Error is null ? IsTooFarBehind(watch, state) : watch.LagsTooFar;
        state = state with { IsKeptOut = !state.IsPrimary && (state.Health == ServerHealth.Down || lagsTooFar) };
        var before = watch.State;
        watch.LagsTooFar = lagsTooFar;
        watch.State = state;
        watch.Server.IsKeptOut = state.IsKeptOut;
        watch.Server.IsTooFarBehind = lagsTooFar && _options.MovesLaggingSessions && !state.IsPrimary;
        if (before.Health != state.Health || before.IsKeptOut != state.IsKeptOut)
        {
            var isWorse = state.Health == ServerHealth.Down || state.IsKeptOut;
            _reports.HealthChanged(
                state.Name,
                isWorse,
                state.Health == ServerHealth.Down ? "down" : "up",
                state.IsKeptOut,
                state.Lag,
                state.Error ?? state.ReplicationProblem
            );
        }

        if (state is { Error: null, IsPrimary: false })
        {
            TellReplication(watch, before, state);
        }
    }

    private bool IsTooFarBehind(Watch watch, ServerState state)
    {
        if (_options.MaxLag is not { } most || state.IsPrimary)
        {
            return false;
        }

        if (state.Lag is { } lag)
        {
            watch.UnlinkedAt = null;

            // Without a primary nobody writes the times from which it is counted, and there is nowhere else to go.
            return lag > (watch.LagsTooFar ? most * LagToReturn : most)
                && (watch.LagsTooFar || _options.HeartbeatQuery is null || _primary.Failures == 0);
        }

        switch (state.Replication)
        {
            case ReplicationState.Unknown or ReplicationState.NotByLog:
                watch.UnlinkedAt = null;
                return false;
            case ReplicationState.Running:
                watch.UnlinkedAt = null;
                return watch.LagsTooFar;
            case ReplicationState.NotConfigured:
                return true;
            default:
                if (!state.AppliesAll)
                {
                    return true;
                }

                // It may be the primary that is gone: all replicas would be out then at once, and nothing is written of which they lack.
                watch.UnlinkedAt ??= _time.GetTimestamp();
                return watch.LagsTooFar || (_primary.Failures == 0 && _primary.AnsweredAt > watch.UnlinkedAt);
        }
    }

    private void TellReplication(Watch watch, ServerState before, ServerState state)
    {
        var wasEnded = before.Error is null && HasEnded(before.Replication);
        if (HasEnded(state.Replication) && !wasEnded)
        {
            _reports.ReplicationEnded(state.Name, state.ReplicationProblem ?? "");
        }
        else if (wasEnded && state.Replication == ReplicationState.Running)
        {
            _reports.ReplicationBegan(state.Name);
        }

        var isUnknown = state is { Replication: ReplicationState.Unknown, Lag: null, ReplicationProblem: not null };
        if (isUnknown && !watch.IsUnknownLagTold)
        {
            _reports.LagUnknown(state.Name, state.ReplicationProblem!);
        }

        watch.IsUnknownLagTold = isUnknown;
    }

    private static bool HasEnded(ReplicationState state) =>
        state is not (ReplicationState.Unknown or ReplicationState.Running or ReplicationState.NotByLog);

    private static ServerReading ReadingOf(string source, ServerState state) =>
        new(
            source,
            state.Name,
            state.IsPrimary,
            state.Health != ServerHealth.Unknown ? state.Health == ServerHealth.Up
                : state.Error is null ? null
                : false,
            state.Lag,
            state.IsPrimary || state.Replication is ReplicationState.Unknown or ReplicationState.NotByLog
                ? null
                : state.Replication == ReplicationState.Running
        );
}
