using System.Collections.Concurrent;
using System.Data.Common;
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
    private static readonly TimeSpan LongestUsefulLag = TimeSpan.FromDays(1);

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
    /// <param name="age">Told of it too, and of when it was asked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="options">How servers are watched.</param>
    /// <param name="openAlone">Opens a connection past a server's pool; null where nobody can.</param>
    public ServerMonitor(
        string source,
        RoutedServer primary,
        ReplicaTable replicas,
        RoutingReports reports,
        Divergence? divergence,
        ReplicaProgress progress,
        StateAge age,
        TimeProvider time,
        MonitorOptions options,
        Func<RoutedServer, CancellationToken, Task<DbConnection>>? openAlone = null
    )
    {
        _reports = reports;
        _time = time;
        _options = options;
        _look = new ServerLook(
            primary,
            divergence,
            progress,
            age,
            time,
            options.HeartbeatQuery,
            LookPace.Bounded(options.Timeout.TotalDays),
            openAlone
        );
        _primary = NewWatch(primary);

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
                Start(NewWatch(server));
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

    private Watch NewWatch(RoutedServer server) => new(server, new LagRule(_options.MaxLag, _options.HeartbeatQuery is not null, _time));

    private bool HasPrimaryAnsweredSince(long moment) => _primary.Failures == 0 && _primary.AnsweredAt > moment;

    private void Start(Watch watch)
    {
        if (_watches.TryAdd(watch.Server, watch))
        {
            // Loops live as long as the server is watched, and must not keep the session of whoever built the data source or changed it.
            using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
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
        var pace = new LookPace(_options, Random.Shared.NextDouble);
        while (!watch.Stopping.IsCancellationRequested)
        {
            await LookAsync(watch).ConfigureAwait(false);
            try
            {
                await Task.Delay(pace.Next(), _time, watch.Stopping.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task LookAsync(Watch watch)
    {
        var now = _time.GetUtcNow();
        var (began, incarnation) = (_time.GetTimestamp(), watch.Server.Incarnation);
        try
        {
            var seen = await _look.AskAsync(watch).ConfigureAwait(false);
            NoteHeartbeat(watch.Server, seen.Lag, began, incarnation);
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

                    // Until it counts as down, what was wrong with it before is.
                    Replication = isDown ? ReplicationState.Unknown : watch.State.Replication,
                    ReplicationProblem = isDown ? null : watch.State.ReplicationProblem,
                    Error = exception.GetType().Name + ": " + exception.Message,
                }
            );
        }
        catch (Exception)
        {
            // The server is not watched any more.
        }
    }

    // The server's own count of seconds is no proof: it is 0 while its connection to the primary hangs.
    private void NoteHeartbeat(RoutedServer server, TimeSpan? lag, long began, int incarnation)
    {
        if (_options.HeartbeatQuery is not null && !server.IsPrimary && lag is { } behind && behind < LongestUsefulLag)
        {
            server.NoteHeartbeat(began - (long)(behind.TotalSeconds * _time.TimestampFrequency), incarnation);
        }
    }

    private void Become(Watch watch, ServerState state)
    {
        var lagsTooFar = state.Error is null ? watch.Lag.Judge(state, HasPrimaryAnsweredSince) : watch.Lag.IsTooFar;
        state = state with { IsKeptOut = !state.IsPrimary && (state.Health == ServerHealth.Down || lagsTooFar) };
        var before = watch.State;
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
            TellReplication(watch, state);
        }
    }

    private void TellReplication(Watch watch, ServerState state)
    {
        // Looks that failed in between say nothing of it.
        if (LagRule.HasEnded(state.Replication) && !watch.IsEndTold)
        {
            watch.IsEndTold = true;
            _reports.ReplicationEnded(state.Name, state.ReplicationProblem ?? "", state.ReplicationText);
        }
        else if (watch.IsEndTold && state.Replication is ReplicationState.Running or ReplicationState.NotByLog)
        {
            watch.IsEndTold = false;
            _reports.ReplicationBegan(state.Name);
        }

        if (state.Lag is not null)
        {
            watch.IsUnknownLagTold = false;
        }
        else if (!watch.IsUnknownLagTold && watch.Lag.WhyUnknown(state) is { } why)
        {
            watch.IsUnknownLagTold = true;
            _reports.LagUnknown(state.Name, why, state.ReplicationText);
        }
    }

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
