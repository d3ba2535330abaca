using System.Data.Common;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>Asks servers for all that the lint needs to know, on connections of its own: those of a pool may all be in use, and a pool of
/// few has not enough of them.</summary>
/// <param name="time">The clock.</param>
/// <param name="mayReplicasWrite">Whether a replica that accepts writes is not refused.</param>
/// <param name="openAlone">Opens a connection of no pool to a server, whatever it is.</param>
/// <param name="cancellation">Ends the questions.</param>
internal sealed class ServerLooks(
    TimeProvider time,
    bool mayReplicasWrite,
    Func<RoutedServer, CancellationToken, Task<DbConnection>> openAlone,
    CancellationToken cancellation
)
{
    // So many connections of their own show a balancer that sends each to another server.
    private const int ProbesPerAddress = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Moment = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private volatile bool _hasPrimary;

    private static readonly Version FirstWithBinaryLogStatus = new(8, 2, 0);

    /// <summary>Asks a server; what keeps it from being asked is a finding. The primary first: a replica is not waited for that connects to
    /// one which is not there.</summary>
    public async Task<SeenServer?> LookAsync(RoutedServer server, Findings found)
    {
        var held = new List<DbConnection>();
        var identities = new HashSet<string>(StringComparer.Ordinal);
        SilentServerException? silent = null;
        try
        {
            Dictionary<string, string> variables = [];
            for (var i = 0; i < ProbesPerAddress; i++)
            {
                // Held all at once, so that none is led where the one before it was.
                held.Add(await OpenAsync(server).ConfigureAwait(false));
                var questions = Questions(server, held[^1]);
                await MeetAsync(server, questions).ConfigureAwait(false);
                variables = await VariablesAsync(questions).ConfigureAwait(false);
                identities.Add(SeenServer.Identity(variables));
            }

            var seen = new SeenServer(server, variables, identities);
            seen = seen with { IsRefused = server.IsPrimary ? !seen.IsWritable : seen.IsWritable && !mayReplicasWrite };
            return await CompletedAsync(seen, held[^1]).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            silent = exception as SilentServerException;
            CannotBeAsked(server, found, exception);
            return null;
        }
        finally
        {
            foreach (var connection in held)
            {
                // Only the last one can still have a question open.
                await Letting
                    .GoAsync(connection, ReferenceEquals(connection, held[^1]) ? silent : null, isAsync: true)
                    .ConfigureAwait(false);
            }
        }
    }

    // Behind a proxy it is asked who it is; one that is refused is looked at all the same.
    private static async Task MeetAsync(RoutedServer server, ServerQuestions questions)
    {
        try
        {
            if (server.IsBehindProxy)
            {
                await server.MeetAsync(questions).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is WritableReplicaException or ReadOnlyPrimaryException)
        {
            // What it says is looked at.
        }
    }

    /// <summary>Whether a replica comes to have a position in a moment. A replica that does not answer is not said to lack it.</summary>
    public async Task<bool> HasReachedAsync(SeenServer replica, ReplicationPosition position)
    {
        var reached = true;
        await OnConnectionAsync(
                replica.Server,
                async questions =>
                {
                    var began = time.GetTimestamp();
                    while (
                        !(reached = (await replica.Protocol.ReachedAsync(questions).ConfigureAwait(false)).Contains(position))
                        && time.GetElapsedTime(began) < Moment
                    )
                    {
                        await questions.DelayAsync(Pause).ConfigureAwait(false);
                    }
                },
                _ => reached = true
            )
            .ConfigureAwait(false);
        return reached;
    }

    /// <summary>Whether a replica holds what the primary lacks. Where one of them does not answer that is not known.</summary>
    public async Task<bool> HoldsMoreAsync(SeenServer replica, SeenServer primary)
    {
        if (primary.IsMariaDb != replica.IsMariaDb || !primary.Protocol.CanTellWhatWasSeen(primary.Variables, isPrimary: true))
        {
            return false;
        }

        ReplicationPosition? held = null;
        await OnConnectionAsync(
                replica.Server,
                async questions => held = await replica.Protocol.HeldAsync(questions).ConfigureAwait(false),
                static _ => { }
            )
            .ConfigureAwait(false);
        var lacks = false;
        if (held is { } all)
        {
            await OnConnectionAsync(
                    primary.Server,
                    async questions => lacks = await primary.Protocol.LacksAsync(questions, all).ConfigureAwait(false),
                    static _ => { }
                )
                .ConfigureAwait(false);
        }

        return lacks;
    }

    /// <summary>That the user may not ask the primary how far its log is, without which no session can move there.</summary>
    public Task MayNotBeAskedAsync(SeenServer primary, Findings found) =>
        OnConnectionAsync(
            primary.Server,
            async questions => await primary.Protocol.PassBarrierAsync(questions, TimeSpan.Zero).ConfigureAwait(false),
            exception =>
            {
                if (!ServerAnswer.IsRefusal(exception))
                {
                    CannotBeAsked(primary.Server, found, exception);
                    return;
                }

                List<string> missing = [primary.Protocol.LogPrivilege(primary.Version)];
                if (primary.ReplicationRefusal is not null)
                {
                    missing.Add(primary.Protocol.ReplicationPrivilege(primary.Version));
                }

                missing = [.. missing.Distinct()];
                var statement = Statements.Grant(primary, missing);
                found.Add(
                    new TopologyFinding(
                        "MRT011",
                        TopologySeverity.Error,
                        primary.Name,
                        $"does not tell this user how far its log is: {exception.Message} No session can move to the primary.",
                        $"{statement}."
                    )
                    {
                        MissingGrants = missing,
                        Statement = statement,
                    }
                );
            }
        );

    private async Task<SeenServer> CompletedAsync(SeenServer seen, DbConnection connection)
    {
        var questions = Questions(seen.Server, connection);
        var account = await TryAskAsync(questions, "SELECT CURRENT_USER()").ConfigureAwait(false);
        seen = seen with
        {
            Account = Statements.AccountOf(account.FirstOrDefault().Value),
            Grants = await Privileges.OfUserAsync(questions, Patience).ConfigureAwait(false),
        };
        _hasPrimary |= seen.IsPrimary;
        try
        {
            seen = seen with { Replication = await ReplicationAsync(seen, questions).ConfigureAwait(false) };
        }
        catch (DbException exception) when (ServerAnswer.IsRefusal(exception))
        {
            // What a server cannot say, as one of another make, is not known; what it must not say has a remedy.
            seen = seen with
            {
                ReplicationRefusal = ServerAnswer.IsDenial(exception) ? exception.Message : null,
            };
        }

        if (!seen.IsPrimary)
        {
            return seen;
        }

        var status = await TryAskAsync(
                questions,
                !seen.IsMariaDb && seen.Number >= FirstWithBinaryLogStatus ? "SHOW BINARY LOG STATUS" : "SHOW MASTER STATUS"
            )
            .ConfigureAwait(false);
        return status.Count == 0
            ? seen
            : seen with
            {
                LogFilter = (
                    status.Find(cell => cell.Name == "Binlog_Do_DB").Value ?? "",
                    status.Find(cell => cell.Name == "Binlog_Ignore_DB").Value ?? ""
                ),
            };
    }

    // A replica that connects at this moment is none that cannot. To a primary that does not answer it will not.
    private async Task<ReplicationStatus> ReplicationAsync(SeenServer seen, ServerQuestions questions)
    {
        for (var began = time.GetTimestamp(); ; await questions.DelayAsync(Pause).ConfigureAwait(false))
        {
            var cells = await questions.AskAsync(seen.Protocol.ReplicationQuestion(seen.Version), Patience).ConfigureAwait(false);
            var status = ReplicationStatus.Of(cells);
            if (
                !_hasPrimary
                || time.GetElapsedTime(began) >= Moment
                || !status.Channels.Any(channel => channel.Receiver.State == ReplicationState.Connecting)
            )
            {
                return status;
            }
        }
    }

    // What a server refuses to tell is not known.
    private static async Task<List<Cell>> TryAskAsync(ServerQuestions questions, string statement)
    {
        try
        {
            return await questions.AskAsync(statement, Patience).ConfigureAwait(false);
        }
        catch (DbException exception) when (ServerAnswer.IsRefusal(exception))
        {
            return [];
        }
    }

    private static async Task<Dictionary<string, string>> VariablesAsync(ServerQuestions questions) =>
        (await questions.AskAsync("SHOW GLOBAL VARIABLES", Patience).ConfigureAwait(false))
            .Chunk(2)
            .ToDictionary(row => row[0].Value ?? "", row => row[1].Value ?? "", StringComparer.OrdinalIgnoreCase);

    private async Task OnConnectionAsync(RoutedServer server, Func<ServerQuestions, Task> ask, Action<Exception> failed)
    {
        DbConnection? connection = null;
        SilentServerException? silent = null;
        try
        {
            connection = await OpenAsync(server).ConfigureAwait(false);
            await ask(Questions(server, connection)).ConfigureAwait(false);
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            silent = exception as SilentServerException;
            failed(connection is null ? new InvalidOperationException(exception.Message, exception) : exception);
        }
        finally
        {
            await Letting.GoAsync(connection, silent, isAsync: true).ConfigureAwait(false);
        }
    }

    private ServerQuestions Questions(RoutedServer server, DbConnection connection) =>
        new(server, connection, time, isAsync: true, cancellation);

    private ValueTask<DbConnection> OpenAsync(RoutedServer server) =>
        BoundedOpening.OpenAloneAsync(token => openAlone(server, token), Patience, time, cancellation);

    private static void CannotBeAsked(RoutedServer server, Findings found, Exception exception) =>
        found.Error(
            "MRT001",
            server,
            $"cannot be asked: {exception.Message}",
            "Check the address, the user and its password, and that the server runs."
        );
}
