using System.Data;
using System.Data.Common;
using MonotonicReads.Routing;
using MonotonicReads.Servers;
using MySqlConnector;

namespace MonotonicReads.AdoNet;

/// <summary>Prepares and executes statements, and sends one that was not executed on to another server.</summary>
internal static class StatementRun
{
    /// <summary>Prepares the statement on the server where it may run.</summary>
    public static void Prepare<TDriver>(IRoutedStatement<TDriver> statement)
    {
        while (true)
        {
            var connection = statement.Connected();
            connection.Routed.BeginUse();
            var isRouted = false;
            try
            {
                statement.Route(connection, returnsData: false);
                isRouted = true;
                connection.Routed.BeginExecution(prepares: true);
                statement.PrepareHere();
                connection.Routed.Use.NoteNothingRead();
                return;
            }
            catch (Exception exception)
                when (isRouted && CanRunElsewhere(statement, connection, CommandBehavior.Default, returnsData: false, exception))
            {
                Leave(connection, returnsData: false);
            }
            finally
            {
                connection.EndUse<object>(result: null);
            }
        }
    }

    /// <inheritdoc cref="Prepare"/>
    public static async Task PrepareAsync<TDriver>(IRoutedStatement<TDriver> statement, CancellationToken cancellation)
    {
        while (true)
        {
            var connection = statement.Connected();
            connection.Routed.BeginUse();
            var isRouted = false;
            try
            {
                await statement.RouteAsync(connection, returnsData: false, cancellation).ConfigureAwait(false);
                isRouted = true;
                connection.Routed.BeginExecution(prepares: true);
                await statement.PrepareHereAsync(cancellation).ConfigureAwait(false);
                connection.Routed.Use.NoteNothingRead();
                return;
            }
            catch (Exception exception)
                when (isRouted && CanRunElsewhere(statement, connection, CommandBehavior.Default, returnsData: false, exception))
            {
                Leave(connection, returnsData: false);
            }
            finally
            {
                await connection.EndUseAsync<object>(result: null).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Executes the statement on the server where it may run.</summary>
    public static T Execute<TDriver, T>(
        IRoutedStatement<TDriver> statement,
        bool returnsData,
        CommandBehavior behavior,
        Func<TDriver, CommandBehavior, T> execute
    )
    {
        var isAgain = false;
        while (true)
        {
            var connection = statement.Connected();
            connection.Routed.BeginUse();
            var (isRouted, isAnswered) = (false, false);
            object? sent = null;
            T? result = default;
            try
            {
                if (!isAgain)
                {
                    connection.Routed.Watch?.Sending();
                }

                statement.Route(connection, returnsData);
                isRouted = true;
                connection.Routed.BeginExecution();
                if (statement.NeedsPreparing(connection))
                {
                    statement.PrepareHere();
                }

                sent = NoteSending(connection, statement.Driver);
                result = Looked(connection, execute(statement.Driver, connection.Routed.ForDriver(behavior)));
                isAnswered = true;
                connection.Routed.Track(result, behavior, statement.Driver);
                connection.Routed.Watch?.Ran();
                return result;
            }
            catch (DbException exception) when (isRouted && ExplainedByStandIn(connection, exception) is { } explained)
            {
                NoteFailure(connection, behavior, exception);
                throw explained;
            }
            catch (Exception exception) when (isRouted && CanRunElsewhere(statement, connection, behavior, returnsData, exception))
            {
                // It was not executed: the next round finds another server.
                isAgain = true;
                Leave(connection, returnsData);
            }
            finally
            {
                NoteAnswered(connection, sent, isAnswered);
                connection.EndUse(result);
            }
        }
    }

    /// <inheritdoc cref="Execute"/>
    public static async Task<T> ExecuteAsync<TDriver, T>(
        IRoutedStatement<TDriver> statement,
        bool returnsData,
        CommandBehavior behavior,
        Func<TDriver, CommandBehavior, CancellationToken, Task<T>> execute,
        CancellationToken cancellation
    )
    {
        var isAgain = false;
        while (true)
        {
            var connection = statement.Connected();
            connection.Routed.BeginUse();
            var (isRouted, isAnswered) = (false, false);
            object? sent = null;
            T? result = default;
            try
            {
                if (!isAgain)
                {
                    connection.Routed.Watch?.Sending();
                }

                await statement.RouteAsync(connection, returnsData, cancellation).ConfigureAwait(false);
                isRouted = true;
                connection.Routed.BeginExecution();
                if (statement.NeedsPreparing(connection))
                {
                    await statement.PrepareHereAsync(cancellation).ConfigureAwait(false);
                }

                sent = NoteSending(connection, statement.Driver);
                var returned = await execute(statement.Driver, connection.Routed.ForDriver(behavior), cancellation).ConfigureAwait(false);
                result = Looked(connection, returned);
                isAnswered = true;
                connection.Routed.Track(result, behavior, statement.Driver);
                connection.Routed.Watch?.Ran();
                return result;
            }
            catch (DbException exception) when (isRouted && ExplainedByStandIn(connection, exception) is { } explained)
            {
                NoteFailure(connection, behavior, exception);
                throw explained;
            }
            catch (Exception exception) when (isRouted && CanRunElsewhere(statement, connection, behavior, returnsData, exception))
            {
                // It was not executed: the next round finds another server.
                isAgain = true;
                Leave(connection, returnsData);
            }
            finally
            {
                NoteAnswered(connection, sent, isAnswered);
                await connection.EndUseAsync(result).ConfigureAwait(false);
            }
        }
    }

    private static object? NoteSending(ReplicatedConnection connection, object? driver)
    {
        if (connection.Source.Routed.Sending is not { } sending || driver is null)
        {
            return null;
        }

        sending(connection.Routed.Server, driver);
        return driver;
    }

    private static void NoteAnswered(ReplicatedConnection connection, object? sent, bool isAnswered)
    {
        if (sent is not null)
        {
            connection.Source.Routed.Answered?.Invoke(sent, isAnswered);
        }
    }

    // A stand-in's server may say with the first row that there is none, where nobody could explain it.
    private static T Looked<T>(ReplicatedConnection connection, T result)
    {
        if (connection.Routed.Link.Server?.StandIn is { } standIn && result is DbDataReader reader)
        {
            try
            {
                standIn.Look(reader);
            }
            catch (DbException)
            {
                reader.Dispose();
                throw;
            }
        }

        return result;
    }

    private static Exception? ExplainedByStandIn(ReplicatedConnection connection, DbException exception) =>
        connection.Routed.Link.Server?.StandIn?.Explained(exception);

    private static void Leave(ReplicatedConnection connection, bool returnsData)
    {
        new KeptConnection(connection.Routed).Leave(returnsData);
        connection.Routed.LeaveIfClosed();
    }

    private static bool CanRunElsewhere<TDriver>(
        IRoutedStatement<TDriver> statement,
        ReplicatedConnection connection,
        CommandBehavior behavior,
        bool returnsData,
        Exception exception
    )
    {
        NoteFailure(connection, behavior, exception);

        // Longer than the proxy's server may take, where the caller would have waited on. The driver says so: its timer may ring a little
        // early by another clock.
        var isOverdue = statement.IsLimited && IsTimeout(exception);
        return (exception is DbException && connection.Routing.CanRunElsewhere(exception, isOverdue, returnsData))
            || WasKeptDead(connection, exception);
    }

    // What a connection that is closed by now tells of its server.
    private static void NoteFailure(ReplicatedConnection connection, CommandBehavior behavior, Exception exception)
    {
        if (connection.Routed.Use.Reads is { } reads)
        {
            reads.Pin.RunReads?.NoteFailure(reads.Pin, exception);
        }

        if (IsTimeout(exception) && !DriverLimit.TriesToCancel(connection.Routed.Link.Driver))
        {
            connection.Routed.NoteTimeout();
        }

        if (IsRefusal(exception))
        {
            // The driver says of one that was cancelled on the server what the server said.
            connection.Routed.NoteRefusal(behavior, wasSent: exception is not OperationCanceledException { InnerException: null });
        }
    }

    // Where the caller's own time limit has passed that is told, and nothing else is begun.
    private static bool WasKeptDead(ReplicatedConnection connection, Exception exception) =>
        !IsTimeout(exception) && new KeptConnection(connection.Routed).WasDead(exception, ServerAnswer.IsFarewell(exception));

    // Cancelled, or the server's own answer, which has an SQLSTATE; also to the driver's asking to cancel what took too long. A server
    // that does not answer that either is another matter.
    private static bool IsRefusal(Exception exception) =>
        exception is OperationCanceledException
        || ServerAnswer.IsRefusal(exception)
        || (IsTimeout(exception) && exception.InnerException is MySqlException { SqlState.Length: > 0 });

    private static bool IsTimeout(Exception exception) => exception is MySqlException { ErrorCode: MySqlErrorCode.CommandTimeoutExpired };
}

/// <summary>A command or a batch of a <see cref="ReplicatedConnection"/>, as <see cref="StatementRun"/> runs it.</summary>
/// <typeparam name="TDriver">The driver's own.</typeparam>
internal interface IRoutedStatement<TDriver>
{
    /// <summary>What the driver executes.</summary>
    TDriver Driver { get; }

    /// <summary>Whether a proxy's servers may take less time for it than the caller allows.</summary>
    bool IsLimited { get; }

    /// <summary>Its connection.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    ReplicatedConnection Connected();

    /// <summary>Finds the server and gives the driver's statement its connection there.</summary>
    void Route(ReplicatedConnection connection, bool returnsData);

    /// <inheritdoc cref="Route"/>
    ValueTask RouteAsync(ReplicatedConnection connection, bool returnsData, CancellationToken cancellation);

    /// <summary>Whether what was prepared has another text now: the statement goes to another server of the proxy.</summary>
    bool NeedsPreparing(ReplicatedConnection connection);

    /// <summary>Prepares it where it was routed to, unless its text had better not be prepared.</summary>
    void PrepareHere();

    /// <inheritdoc cref="PrepareHere"/>
    Task PrepareHereAsync(CancellationToken cancellation);
}
