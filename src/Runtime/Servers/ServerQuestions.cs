using System.Data.Common;
using System.Globalization;
using System.Text;

namespace MonotonicReads.Servers;

/// <summary>
/// Asks a server on one of its open connections, past all routing. One body for synchronous and asynchronous callers:
/// where <c>isAsync</c> is false every task that it returns is completed.
/// </summary>
/// <param name="server">The server; where a proxy stands before it the questions are addressed to it.</param>
/// <param name="connection">An open connection of the driver's that leads to it.</param>
/// <param name="time">The clock.</param>
/// <param name="isAsync">Whether the caller is; false where tasks must be completed.</param>
/// <param name="cancellation">Ends a question.</param>
/// <param name="transaction">The driver's transaction that is open on the connection; null for none.</param>
/// <param name="timeout">The deadline of each question, whatever it says itself; null for its own.</param>
internal readonly struct ServerQuestions(
    RoutedServer server,
    DbConnection connection,
    TimeProvider time,
    bool isAsync,
    CancellationToken cancellation,
    DbTransaction? transaction = null,
    TimeSpan? timeout = null
)
{
    public TimeProvider Time => time;

    /// <summary>The driver's connection.</summary>
    public DbConnection Connection => connection;

    /// <summary>Whether the caller has changed the connection's session, and may have limited how long a statement takes.</summary>
    public bool MayBeLimited { get; init; }

    /// <summary>Whether it is the caller's connection, whose database is not ours to choose.</summary>
    public bool IsCallers { get; init; }

    /// <summary>Whether only the driver gives up: for questions without which nobody can go on, so that its exception is what is
    /// told.</summary>
    public bool IsPatient { get; init; }

    /// <summary>As the server introduces itself.</summary>
    public string ServerVersion => server.Version ?? connection.ServerVersion;

    /// <summary>
    /// Whether no question may have an @ in it, and none may be about this connection: a proxy that lends its connections
    /// out statement by statement stops doing so at the first @.
    /// </summary>
    public bool AreThroughProxy => server.Address is not null;

    /// <inheritdoc cref="RoutedServer.StandIn"/>
    public IStandIn? StandIn => server.StandIn;

    /// <inheritdoc cref="ProxyAddress.SetsIsolationOfSession"/>
    public bool SetsIsolationOfSession => server.Address is { SetsIsolationOfSession: true };

    /// <summary>All cells of all rows of all results.</summary>
    /// <param name="text">The statement; constants and positions only.</param>
    /// <param name="deadline">After it an asynchronous caller gets <see cref="SilentServerException"/> although the
    /// driver still waits; a synchronous one gets it when the driver has given up, which counts in whole seconds.</param>
    /// <exception cref="SilentServerException">No answer in time. The connection is still in use and must be left alone
    /// until the exception's task has ended.</exception>
    public ValueTask<List<Cell>> AskAsync(string text, TimeSpan deadline)
    {
        deadline = timeout ?? deadline;
        var command = connection.CreateCommand();
        command.CommandText = server.Address is { } address ? address.Annotate(text) : text;
        command.Transaction = transaction;

        // Later than the deadline: where the server itself waits so long, the driver must not give up at the moment in which it answers.
        command.CommandTimeout = (int)Math.Ceiling((deadline + LateAnswers.Grace).TotalSeconds);
        var denied = AreThroughProxy || (IsCallers && connection.Database.Length == 0) ? null : connection;
        return isAsync
            ? IsPatient
                ? new(ReadAsync(command, denied, cancellation))
                : AskAsync(command, denied, deadline, time, cancellation)
            : new(Ask(command, denied, IsPatient ? TimeSpan.MaxValue : deadline, time));
    }

    /// <summary>Two statements, one after the other: in one round trip, through a proxy in two, since it judges a text by its first
    /// word.</summary>
    /// <returns>The cells of both.</returns>
    public async ValueTask<List<Cell>> AskBothAsync(string first, string second, TimeSpan deadline)
    {
        if (!AreThroughProxy)
        {
            return await AskAsync(first + "; " + second, deadline).ConfigureAwait(false);
        }

        var cells = await AskAsync(first, deadline).ConfigureAwait(false);
        cells.AddRange(await AskAsync(second, deadline).ConfigureAwait(false));
        return cells;
    }

    /// <summary>A global variable's value; empty where there is none of this name.</summary>
    public async ValueTask<string> VariableAsync(string name, TimeSpan deadline)
    {
        var cells = await AskAsync(
                AreThroughProxy ? $"SHOW GLOBAL VARIABLES WHERE Variable_name = '{name}'" : "SELECT @@GLOBAL." + name,
                deadline
            )
            .ConfigureAwait(false);
        return cells.Count > 0 ? cells[^1].Value ?? "" : "";
    }

    public async ValueTask DelayAsync(TimeSpan delay)
    {
        if (isAsync)
        {
            await Task.Delay(delay, time, cancellation).ConfigureAwait(false);
        }
        else
        {
            Thread.Sleep(delay);
        }
    }

    private static List<Cell> Ask(DbCommand command, DbConnection? denied, TimeSpan deadline, TimeProvider time)
    {
        var started = time.GetTimestamp();
        try
        {
            return Read(command);
        }
        catch (DbException exception) when (ServerAnswer.IsDenial(exception) && denied is not null)
        {
            Synchronous.Result(Letting.LogInAgainAsync(denied, isAsync: false));
            throw;
        }
        catch (DbException exception) when (time.GetElapsedTime(started) >= deadline)
        {
            // The driver has given up already.
            throw new SilentServerException(Task.CompletedTask, exception);
        }
    }

    private static List<Cell> Read(DbCommand command)
    {
        using (command)
        {
            using var reader = command.ExecuteReader();
            var cells = new List<Cell>();
            do
            {
                while (reader.Read())
                {
                    Add(cells, reader);
                }
            } while (reader.NextResult());
            return cells;
        }
    }

    private static async ValueTask<List<Cell>> AskAsync(
        DbCommand command,
        DbConnection? denied,
        TimeSpan deadline,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var answer = ReadAsync(command, denied, cancellation);
        try
        {
            return await answer.WaitAsync(deadline, time, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException timeout)
        {
            return await LateAnswers.HasComeAsync(answer, time, CancellationToken.None).ConfigureAwait(false)
                ? await answer.ConfigureAwait(false)
                : throw new SilentServerException(answer, timeout);
        }
    }

    private static async Task<List<Cell>> ReadAsync(DbCommand command, DbConnection? denied, CancellationToken cancellation)
    {
        try
        {
            return await ReadAsync(command, cancellation).ConfigureAwait(false);
        }
        catch (DbException exception) when (ServerAnswer.IsDenial(exception) && denied is not null)
        {
            await Letting.LogInAgainAsync(denied, isAsync: true).ConfigureAwait(false);
            throw;
        }
    }

    private static async Task<List<Cell>> ReadAsync(DbCommand command, CancellationToken cancellation)
    {
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellation).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var cells = new List<Cell>();
                do
                {
                    while (await reader.ReadAsync(cancellation).ConfigureAwait(false))
                    {
                        Add(cells, reader);
                    }
                } while (await reader.NextResultAsync(cancellation).ConfigureAwait(false));
                return cells;
            }
        }
    }

    private static void Add(List<Cell> cells, DbDataReader reader)
    {
        for (var i = 0; i < reader.FieldCount; i++)
        {
            cells.Add(new Cell(reader.GetName(i), Cell.TextOf(reader, i)));
        }
    }
}

/// <summary>A column's name and its value in a row, as text; null for NULL.</summary>
internal readonly record struct Cell(string Name, string? Value)
{
    /// <summary>What stands in a column. Where the caller has set the connection's session to binary, the driver gives bytes.</summary>
    public static string? TextOf(DbDataReader reader, int column) =>
        reader.GetValue(column) switch
        {
            DBNull => null,
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
}
