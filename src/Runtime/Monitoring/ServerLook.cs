using System.Data;
using System.Data.Common;
using System.Globalization;
using MonotonicReads.Choosing;
using MonotonicReads.Servers;

namespace MonotonicReads.Monitoring;

/// <summary>Asks a server how it is: who it is, what it has, how far behind it is.</summary>
/// <param name="primary">The primary.</param>
/// <param name="divergence">Told of what servers hold; null where positions are not asked for.</param>
/// <param name="progress">Told of what the primary has.</param>
/// <param name="age">Told of it too, and of when it was asked.</param>
/// <param name="time">The clock.</param>
/// <param name="heartbeatQuery">See <see cref="MonitorOptions.HeartbeatQuery"/>.</param>
/// <param name="timeout">How long the server may take for each answer.</param>
/// <param name="openAlone">Opens a connection past a server's pool; null where nobody can.</param>
internal sealed class ServerLook(
    RoutedServer primary,
    Divergence? divergence,
    ReplicaProgress progress,
    StateAge age,
    TimeProvider time,
    string? heartbeatQuery,
    TimeSpan timeout,
    Func<RoutedServer, CancellationToken, Task<DbConnection>>? openAlone
)
{
    private const string Questions =
        "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('read_only', 'server_id', 'server_uuid', "
        + ReplicationStatus.VariablesOfOtherMeans
        + ")";

    private static readonly string[] Ids = ["server_id", "server_uuid"];

    /// <summary>Looks once.</summary>
    /// <exception cref="Exception">Whatever the driver throws: the server cannot be asked.</exception>
    public async Task<ServerState> AskAsync(Watch watch)
    {
        watch.LostProxy = watch.Server.IsBehindProxy;
        var (connection, generation) = await OpenAsync(watch.Server, watch.Stopping.Token).ConfigureAwait(false);
        SilentServerException? silent = null;
        try
        {
            var server = new ServerQuestions(watch.Server, connection, time, isAsync: true, watch.Stopping.Token, timeout: timeout);
            var (state, variables) = await StateAsync(watch, server, generation).ConfigureAwait(false);
            if (watch.Server.IsPrimary)
            {
                return state;
            }

            (state, silent) = await WithLagAsync(state, watch.Server, server, variables).ConfigureAwait(false);
            return state;
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

    // A pool of which all connections are in use says nothing of the server behind it.
    private async Task<(DbConnection Connection, PoolGeneration? Generation)> OpenAsync(RoutedServer server, CancellationToken cancellation)
    {
        if (openAlone is null || !server.Pool.IsFull)
        {
            try
            {
                return await BoundedOpening.OpenOfAsync(server, timeout, time, isAsync: true, cancellation).ConfigureAwait(false);
            }
            catch (Exception) when (openAlone is not null && server.Pool.IsFull && !cancellation.IsCancellationRequested)
            {
                // It may be that all others were taken in the meantime.
            }
        }

        return (
            await BoundedOpening.OpenAloneAsync(token => openAlone(server, token), timeout, time, cancellation).ConfigureAwait(false),
            null
        );
    }

    private async Task<(ServerState State, Dictionary<string, string> Variables)> StateAsync(
        Watch watch,
        ServerQuestions server,
        PoolGeneration? generation
    )
    {
        if (watch.Server is { IsBehindProxy: true, Introduction: { } introduction })
        {
            // No connection of its own told whether it is the same run of the server still.
            await introduction(server).ConfigureAwait(false);
        }

        var incarnation = watch.Server.Incarnation;

        // Before it says whether it takes writes: from then on another one may.
        var askedAt = time.GetTimestamp();
        var variables = (await server.AskAsync(Questions, timeout).ConfigureAwait(false))
            .Chunk(2)
            .ToDictionary(row => row[0].Value ?? "", row => row[1].Value ?? "", StringComparer.OrdinalIgnoreCase);
        var protocol = await watch.Server.ProtocolAsync(server).ConfigureAwait(false);
        var position = watch.Server.IsPrimary
            ? await protocol.SeenAsync(server).ConfigureAwait(false) ?? protocol.Parse("")
            : await protocol.ReachedAsync(server).ConfigureAwait(false);
        var isReadOnly = variables.GetValueOrDefault("read_only") is not (null or "OFF" or "0");
        if (generation is not null || watch.Server.IsBehindProxy)
        {
            await LearnAsync(watch.Server, server, protocol, (position, incarnation, isReadOnly, askedAt), generation)
                .ConfigureAwait(false);
        }

        var ids = variables.Where(variable => Ids.Contains(variable.Key, StringComparer.OrdinalIgnoreCase));
        var state = new ServerState(watch.Server.Name, watch.Server.IsPrimary)
        {
            Position = position,
            Identity = string.Join(' ', ids.OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key}={v.Value}")),
            IsReadOnly = isReadOnly,
        };
        return (state, variables);
    }

    // Of a connection of its own nobody knows which run of the server it leads to, and what is known is of one run.
    private async Task LearnAsync(
        RoutedServer watched,
        ServerQuestions server,
        ServerProtocol protocol,
        (ReplicationPosition Position, int Incarnation, bool IsReadOnly, long AskedAt) seen,
        PoolGeneration? generation
    )
    {
        if (generation is { IsCurrent: false })
        {
            // The address leads elsewhere by now, and nobody knows of which run the number is.
            return;
        }

        if (!watched.IsPrimary)
        {
            watched.Learn(seen.Position, seen.Incarnation, time.GetTimestamp());
            watched.NoteHeld(await protocol.HeldAsync(server).ConfigureAwait(false), seen.Incarnation);
        }
        else if (seen.IsReadOnly)
        {
            // It is the primary no more: the next connections are made to where the address leads now.
            generation?.Retire();
        }
        else
        {
            progress.PrimaryHas(seen.Position, seen.Incarnation);
            age.PrimaryHad(seen.Position, seen.Incarnation, seen.AskedAt);
            watched.NoteHeld(await protocol.HeldAsync(server).ConfigureAwait(false), seen.Incarnation);
            divergence?.NoteHeld();
        }
    }

    // Asked last: a server that says everything else and keeps its lag to itself, as while its threads are being stopped, is up.
    private async Task<(ServerState State, SilentServerException? Silent)> WithLagAsync(
        ServerState state,
        RoutedServer replica,
        ServerQuestions server,
        Dictionary<string, string> variables
    )
    {
        try
        {
            state = await WithReplicationAsync(state, replica, server, variables).ConfigureAwait(false);
            return (heartbeatQuery is null ? state : await WithHeartbeatAsync(state, server, heartbeatQuery).ConfigureAwait(false), null);
        }
        catch (SilentServerException silent)
        {
            return (state with { Lag = null, ReplicationProblem = "it does not say in time how far behind it is" }, silent);
        }
    }

    private async Task<ServerState> WithReplicationAsync(
        ServerState state,
        RoutedServer replica,
        ServerQuestions server,
        Dictionary<string, string> variables
    )
    {
        var protocol = await replica.ProtocolAsync(server).ConfigureAwait(false);
        ReplicationStatus all;
        try
        {
            all = await protocol.ReplicationAsync(server).ConfigureAwait(false);
        }
        catch (DbException exception) when (ServerAnswer.IsRefusal(exception))
        {
            var why = ServerAnswer.IsDenial(exception)
                ? $"its user lacks {protocol.ReplicationPrivilege(server.ServerVersion)}"
                : "it does not say whom it follows";
            return state with
            {
                RefusesToTell = true,
                ReplicationProblem = $"{why} ({ServerError.Describe(exception)})",
                ReplicationText = exception.Message,
            };
        }

        if (all.Channels.Count == 0 && ReplicationStatus.IsNotByLog(variables))
        {
            return state with { Replication = ReplicationState.NotByLog };
        }

        var status = all.From(primary.Met.LastOrDefault() ?? "");
        return state with
        {
            Replication = status.State,
            ReplicationProblem = status.Problem,
            ReplicationText = status.Text,
            AppliesAll = status.Applies,
            Lag = Time(status.Seconds),
        };
    }

    private async Task<ServerState> WithHeartbeatAsync(ServerState state, ServerQuestions server, string query)
    {
        string? answer;
        try
        {
            answer = (await server.AskAsync(query, timeout).ConfigureAwait(false)).FirstOrDefault().Value;
        }
        catch (DbException exception) when (ServerAnswer.IsRefusal(exception))
        {
            return state with
            {
                Lag = null,
                ReplicationProblem = $"its HeartbeatQuery failed ({ServerError.Describe(exception)})",
                ReplicationText = exception.Message,
            };
        }

        var lag = double.TryParse(answer, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? Time(seconds) : null;
        return state with
        {
            Lag = lag,
            ReplicationProblem =
                lag is null ? $"its HeartbeatQuery answered {(answer is null ? "nothing" : "a text")}, which is no number of seconds"
                : state.Replication is ReplicationState.Unknown or ReplicationState.Running ? null
                : state.ReplicationProblem,
        };
    }

    private static TimeSpan? Time(double? seconds) =>
        seconds switch
        {
            null or double.NaN => null,
            <= 0 => TimeSpan.Zero,
            var more => more < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(more.Value) : TimeSpan.MaxValue,
        };
}
