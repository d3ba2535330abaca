using System.Data;
using System.Data.Common;
using Dapper;
using Microsoft.EntityFrameworkCore;
using MonotonicReads.Consistency.History;
using MySqlConnector;

namespace MonotonicReads.Consistency.Workload;

/// <summary>One session's reads and writes in one data source, taken down. What a call throws is taken down too, and ends the session.</summary>
internal sealed class Client(
    Grounds grounds,
    Source source,
    ReplicatedMySqlDataSource data,
    int session,
    ReadConsistency level,
    Random random
)
{
    private readonly int _sourceId = source.IdOf(data);
    private Action<Entry>? _publish;

    // At the latest now: whoever makes a client has begun its session, and reads nothing before.
    private long _since = level == ReadConsistency.Global ? Recorder.Now : 0;

    public ReadConsistency Level { get; private set; } = level;

    public Claims Claims { get; private set; } = ClaimsOf(level);

    public int Scope { get; private set; }

    /// <summary>How old its reads may be; null for any age.</summary>
    public TimeSpan? Bound { get; private set; }

    public int Session => session;

    /// <summary>What the last step that failed threw; null where none has.</summary>
    public Exception? LastFailure { get; private set; }

    public Source Source => source;

    public ReplicatedMySqlDataSource Data => data;

    /// <summary>Only synchronous members, on a thread of its own.</summary>
    public bool IsSynchronous { get; init; }

    /// <summary>Whether calls may end early.</summary>
    public bool MayCancel { get; init; } = true;

    /// <summary>Where entries go; to the history unless they have to wait for something.</summary>
    public Action<Entry> Publish
    {
        get => _publish ?? grounds.Recorder.Add;
        init => _publish = value;
    }

    public static Claims ClaimsOf(ReadConsistency level) =>
        level switch
        {
            ReadConsistency.Eventual => Claims.None,
            ReadConsistency.Causal => Claims.Monotonic | Claims.OwnWrites,
            ReadConsistency.Global => Claims.Monotonic | Claims.OwnWrites | Claims.Global,
            ReadConsistency.Primary => Claims.Monotonic | Claims.OwnWrites | Claims.Fresh,
            _ => Claims.Monotonic,
        };

    /// <summary>The same session under a stronger level, in a snapshot of its own where that is one.</summary>
    public Client Under(ReadConsistency inner) =>
        new(grounds, source, data, session, inner, random)
        {
            IsSynchronous = IsSynchronous,
            MayCancel = MayCancel,
            Publish = Publish,
            // A snapshot is as old as it is, whatever its session asked for when it began.
            Claims = (inner == ReadConsistency.Snapshot ? Claims & ~Claims.Bounded : Claims) | ClaimsOf(inner),
            Bound = Bound,
            _since = inner == ReadConsistency.Global ? Recorder.Now : _since,
            Scope = inner == ReadConsistency.Snapshot ? grounds.Recorder.NextScope() : Scope,
        };

    /// <summary>The same, for calls that run beside others.</summary>
    public Client Beside() =>
        new(grounds, source, data, session, Level, new Random(random.Next()))
        {
            IsSynchronous = IsSynchronous,
            MayCancel = MayCancel,
            Publish = Publish,
            Claims = Claims,
            Bound = Bound,
            _since = _since,
            Scope = Scope,
        };

    /// <summary>Its reads may be so old, and no older.</summary>
    public Client Within(int milliseconds)
    {
        (Bound, Claims) = (TimeSpan.FromMilliseconds(milliseconds), Claims | Claims.Bounded);
        return this;
    }

    /// <summary>In the one moment of the session.</summary>
    public Client InSnapshot()
    {
        Scope = grounds.Recorder.NextScope();
        return this;
    }

    /// <summary>A read by some way. False: it threw.</summary>
    public Task<bool> ReadAsync()
    {
        var shape = Shape.OfStates[random.Next(Shape.OfStates.Length)];
        return random.Next(source.Kind.IsForPomelo ? 8 : 6) switch
        {
            0 or 1 => OneAsync("ado", shape, AdoAsync),
            2 => OneAsync("dapper", shape, DapperAsync),
            3 => BatchAsync(),
            4 => PreparedAsync(shape),
            5 => ParentAsync(),
            _ => EntityAsync(),
        };
    }

    /// <summary>A read in the plainest way: it opens, asks and closes.</summary>
    public Task<bool> PlainReadAsync() => OneAsync("ado", Shape.OfStates[random.Next(Shape.OfStates.Length)], AdoAsync);

    /// <summary>Several reads on a connection that stays open.</summary>
    public async Task<bool> HoldAsync(int reads)
    {
        var entry = Template("held");
        DbConnection? connection = null;
        try
        {
            if (!await StepAsync(entry, async cancel => connection = await OpenAsync(cancel)))
            {
                return false;
            }

            for (var i = 0; i < reads && !grounds.IsOver; i++)
            {
                var shape = Shape.OfStates[random.Next(Shape.OfStates.Length)];
                var read = Template("held") with { Key = random.Next(Schema.Keys), Opened = entry.Begin };
                if (!await StepAsync(read, async cancel => Add(read, shape, await RowsAsync(connection!, shape, read, cancel))))
                {
                    return false;
                }

                await PauseAsync(4);
            }

            return true;
        }
        finally
        {
            if (connection is not null)
            {
                await StepAsync(entry with { Via = "close" }, async _ => await CloseAsync(connection));
            }
        }
    }

    /// <summary>A reader that stays open while other reads run beside it.</summary>
    public async Task<bool> OpenReaderAsync()
    {
        var entry = Template("open reader");
        var all = true;
        all &= await StepAsync(
            entry,
            async cancel =>
            {
                var connection = await OpenAsync(cancel);
                try
                {
                    await using var command = connection.CreateCommand();
                    command.CommandText = Shape.Tail.Sql;
                    var rows = new List<Row>();
                    await using (var reader = IsSynchronous ? command.ExecuteReader() : await command.ExecuteReaderAsync(cancel))
                    {
                        while (IsSynchronous ? reader.Read() : await reader.ReadAsync(cancel))
                        {
                            rows.Add(Shape.Tail.RowOf(reader));
                            if (rows.Count == 1)
                            {
                                all &= await OneAsync("beside", Shape.KeyAndHead, AdoAsync);
                            }
                        }
                    }

                    Add(entry, Shape.Tail, rows);
                }
                finally
                {
                    await CloseAsync(connection);
                }
            }
        );
        return all;
    }

    /// <summary>A row of the chain, then its parent in another statement.</summary>
    public async Task<bool> ParentAsync()
    {
        Entry? told = null;
        var entry = Template("child, then parent");
        if (!await StepAsync(entry, async cancel => told = Add(entry, Shape.Tail, await AdoAsync(Shape.Tail, entry, cancel))))
        {
            return false;
        }

        if (told?.Rows is not [.., var child] || child.Parent == 0)
        {
            return true;
        }

        var next = Template("child, then parent") with { Child = child };
        return await StepAsync(next, async cancel => Add(next, Shape.Parent, await AdoAsync(Shape.Parent, next, cancel)));
    }

    /// <summary>A write by some way, in the session. False: it threw, and nobody knows what became of it.</summary>
    public async Task<bool> WriteAsync()
    {
        var tag = grounds.Recorder.NextTag();
        var item = random.Next(1, Schema.Keys);
        var (via, write) = random.Next(source.Kind.IsForPomelo ? 8 : 7) switch
        {
            0 => ("primary", (Func<long, int, CancellationToken, Task>)WriteOnPrimaryAsync),
            1 => ("plain", WritePlainAsync),
            2 => ("transaction", WriteInTransactionAsync),
            3 => ("dapper", WriteByDapperAsync),
            4 => ("batch", WriteByBatchAsync),
            5 => ("enlisted", WriteEnlistedAsync),
            6 => ("prepared", WritePreparedAsync),
            _ => ("ef", WriteByEntityAsync),
        };
        var entry = Template("write " + via) with { Kind = EntryKind.Write, Tag = tag, Key = item };
        var done = false;
        await StepAsync(
            entry,
            async cancel =>
            {
                await write(tag, item, cancel);
                done = true;
            }
        );
        Publish(entry with { End = Recorder.Now, IsAcknowledged = done });
        return done;
    }

    public async Task PauseAsync(int upToMilliseconds)
    {
        var pause = random.Next(upToMilliseconds + 1);
        if (pause > 0)
        {
            if (IsSynchronous)
            {
                Thread.Sleep(pause);
            }
            else
            {
                await Task.Delay(pause);
            }
        }
    }

    /// <summary>Runs a call, and takes down how long it held the caller and what it threw.</summary>
    public async Task<bool> StepAsync(Entry entry, Func<CancellationToken, Task> call)
    {
        using var cancel = MayCancel && random.Next(100) < grounds.CancelPercent ? new CancellationTokenSource(random.Next(1, 12)) : null;
        var step = grounds.Recorder.BeginStep(entry);
        try
        {
            await call(cancel?.Token ?? CancellationToken.None);
            return true;
        }
#pragma warning disable CA1031 // Every exception that reaches a caller is what is looked at.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LastFailure = exception;
            grounds.Recorder.Add(
                entry with
                {
                    Kind = EntryKind.Error,
                    End = Recorder.Now,
                    Text = exception.GetType().Name,
                    Detail = Failures.Describe(exception),
                    IsAllowed = Failures.IsAllowed(exception, cancel is not null, isFresh: Source.Id > 100 || grounds.MeetsAnew),
                }
            );
            return false;
        }
        finally
        {
            grounds.Recorder.EndStep(step);
        }
    }

    private long SinceNow() => Math.Max(_since, (Claims & Claims.Bounded) != 0 ? Recorder.Now - (long)Bound!.Value.TotalNanoseconds : 0);

    private Entry Template(string via) =>
        new()
        {
            Kind = EntryKind.Read,
            Since = SinceNow(),
            Session = session,
            Source = _sourceId,
            Level = Level,
            Claims = Claims,
            Scope = Scope,
            Via = IsSynchronous ? via + ", sync" : via,
            Begin = Recorder.Now,
        };

    private Entry Add(Entry entry, Shape shape, IReadOnlyList<Row> rows)
    {
        var read = shape.Read(entry, rows) with { End = Recorder.Now };
        Publish(read);
        return read;
    }

    private Task<bool> OneAsync(string via, Shape shape, Func<Shape, Entry, CancellationToken, Task<IReadOnlyList<Row>>> ask)
    {
        var entry = Template(via) with { Key = shape.HasKey ? random.Next(Schema.Keys) : -1 };
        return StepAsync(entry, async cancel => Add(entry, shape, await ask(shape, entry, cancel)));
    }

    private async Task<IReadOnlyList<Row>> AdoAsync(Shape shape, Entry entry, CancellationToken cancel)
    {
        var connection = await OpenAsync(cancel);
        try
        {
            return await RowsAsync(connection, shape, entry, cancel);
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task<DbConnection> OpenAsync(CancellationToken cancel) =>
        IsSynchronous ? data.OpenConnection() : await data.OpenConnectionAsync(cancel);

    private async ValueTask CloseAsync(DbConnection connection)
    {
        if (IsSynchronous)
        {
            connection.Dispose();
        }
        else
        {
            await connection.DisposeAsync();
        }
    }

    private async Task<IReadOnlyList<Row>> RowsAsync(DbConnection connection, Shape shape, Entry entry, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        Ask(command, shape, entry);
        return await RowsAsync(command, shape, cancel);
    }

    private async Task<IReadOnlyList<Row>> RowsAsync(DbCommand command, Shape shape, CancellationToken cancel)
    {
        if (IsSynchronous)
        {
            using var reader = command.ExecuteReader();
            var rows = new List<Row>();
            while (reader.Read())
            {
                rows.Add(shape.RowOf(reader));
            }

            return rows;
        }

        await using (var reader = await command.ExecuteReaderAsync(cancel))
        {
            return await RowsAsync(reader, shape, cancel);
        }
    }

    private static async Task<List<Row>> RowsAsync(DbDataReader reader, Shape shape, CancellationToken cancel)
    {
        var rows = new List<Row>();
        while (await reader.ReadAsync(cancel))
        {
            rows.Add(shape.RowOf(reader));
        }

        // Of a statement that is ended early the driver can show an end without rows. Who gave up looks at nothing.
        cancel.ThrowIfCancellationRequested();
        return rows;
    }

    private static void Ask(DbCommand command, Shape shape, Entry entry)
    {
        command.CommandText = shape.Sql;
        if (shape.HasKey)
        {
            Bind(command, "@item", entry.Key);
        }
        else if (entry.Child is { } child)
        {
            Bind(command, "@tag", child.Parent);
        }
    }

    private static void Bind(DbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }

    private async Task<IReadOnlyList<Row>> DapperAsync(Shape shape, Entry entry, CancellationToken cancel)
    {
        var command = new CommandDefinition(shape.Sql, shape.HasKey ? new { item = entry.Key } : null, cancellationToken: cancel);
        var connection = data.CreateConnection();
        try
        {
            if (IsSynchronous)
            {
                using var reader = connection.ExecuteReader(command);
                var rows = new List<Row>();
                while (reader.Read())
                {
                    rows.Add(shape.RowOf((DbDataReader)reader));
                }

                return rows;
            }

            await using (var reader = await connection.ExecuteReaderAsync(command))
            {
                return await RowsAsync(reader, shape, cancel);
            }
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    // Two statements one after the other, on one server.
    private Task<bool> BatchAsync()
    {
        var first = Template("batch");
        return StepAsync(
            first,
            async cancel =>
            {
                var connection = await OpenAsync(cancel);
                try
                {
                    await using var batch = connection.CreateBatch();
                    foreach (var shape in (Shape[])[Shape.Head, Shape.Tail])
                    {
                        var command = batch.CreateBatchCommand();
                        command.CommandText = shape.Sql;
                        batch.BatchCommands.Add(command);
                    }

                    IReadOnlyList<Row> head;
                    IReadOnlyList<Row> tail;
                    if (IsSynchronous)
                    {
                        using var reader = batch.ExecuteReader();
                        head = reader.Read() ? [Shape.Head.RowOf(reader)] : [];
                        var rows = new List<Row>();
                        reader.NextResult();
                        while (reader.Read())
                        {
                            rows.Add(Shape.Tail.RowOf(reader));
                        }

                        tail = rows;
                    }
                    else
                    {
                        await using var reader = await batch.ExecuteReaderAsync(cancel);
                        head = await RowsAsync(reader, Shape.Head, cancel);
                        await reader.NextResultAsync(cancel);
                        tail = await RowsAsync(reader, Shape.Tail, cancel);
                    }

                    Add(first, Shape.Head, head);
                    Add(first, Shape.Tail, tail);
                }
                finally
                {
                    await CloseAsync(connection);
                }
            }
        );
    }

    private Task<bool> PreparedAsync(Shape shape)
    {
        var entry = Template("prepared") with { Key = shape.HasKey ? random.Next(Schema.Keys) : -1 };
        return StepAsync(
            entry,
            async cancel =>
            {
                var connection = await OpenAsync(cancel);
                try
                {
                    await using var command = connection.CreateCommand();
                    Ask(command, shape, entry);
                    if (IsSynchronous)
                    {
                        command.Prepare();
                    }
                    else
                    {
                        await command.PrepareAsync(cancel);
                    }

                    Add(entry, shape, await RowsAsync(command, shape, cancel));
                    var again = entry with { Begin = Recorder.Now, Opened = entry.Begin };
                    Add(again, shape, await RowsAsync(command, shape, cancel));
                }
                finally
                {
                    await CloseAsync(connection);
                }
            }
        );
    }

    private Task<bool> EntityAsync()
    {
        var shape = random.Next(2) == 0 ? Shape.Head : Shape.KeyAndHead;
        var entry = Template("ef") with { Key = shape.HasKey ? random.Next(Schema.Keys) : -1 };
        return StepAsync(
            entry,
            async cancel =>
            {
                using var context = new Shop(data, grounds.Version);
                Row row;
                if (shape == Shape.Head)
                {
                    var query = context.Heads.Select(head => new
                    {
                        head.Number,
                        head.Tag,
                        head.Parent,
                        Server = context.Who.Select(who => who.Name).First(),
                    });
                    var found = IsSynchronous ? query.Single() : await query.SingleAsync(cancel);
                    row = new([found.Number, found.Tag, found.Parent], found.Server);
                }
                else
                {
                    var query = context.Heads.Select(head => new
                    {
                        head.Number,
                        head.Tag,
                        Version = context.Items.Where(item => item.Id == entry.Key).Select(item => item.Version).First(),
                        KeyTag = context.Items.Where(item => item.Id == entry.Key).Select(item => item.Tag).First(),
                        Server = context.Who.Select(who => who.Name).First(),
                    });
                    var found = IsSynchronous ? query.Single() : await query.SingleAsync(cancel);
                    row = new([found.Number, found.Tag, found.Version, found.KeyTag], found.Server);
                }

                Add(entry, shape, [row]);
            }
        );
    }

    private static void AskWrite(DbCommand command, long tag, int item)
    {
        command.CommandText = Schema.Write;
        Bind(command, "@tag", tag);
        Bind(command, "@item", item);
    }

    private async Task WriteOnPrimaryAsync(long tag, int item, CancellationToken cancel)
    {
        var connection = IsSynchronous ? data.Primary.OpenConnection() : await data.Primary.OpenConnectionAsync(cancel);
        try
        {
            await ExecuteWriteAsync(connection, null, tag, item, cancel);
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task WritePlainAsync(long tag, int item, CancellationToken cancel)
    {
        var connection = await OpenAsync(cancel);
        try
        {
            await ExecuteWriteAsync(connection, null, tag, item, cancel);
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task WritePreparedAsync(long tag, int item, CancellationToken cancel)
    {
        var connection = await OpenAsync(cancel);
        try
        {
            await using var command = connection.CreateCommand();
            AskWrite(command, tag, item);
            if (IsSynchronous)
            {
                command.Prepare();
                Require(command.ExecuteNonQuery());
            }
            else
            {
                await command.PrepareAsync(cancel);
                Require(await command.ExecuteNonQueryAsync(cancel));
            }
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task ExecuteWriteAsync(DbConnection connection, DbTransaction? transaction, long tag, int item, CancellationToken cancel)
    {
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        AskWrite(command, tag, item);
        Require(IsSynchronous ? command.ExecuteNonQuery() : await command.ExecuteNonQueryAsync(cancel));
    }

    private static void Require(int rows)
    {
        if (rows != 1)
        {
            throw new InvalidOperationException($"A write changed {rows} rows.");
        }
    }

    private async Task WriteInTransactionAsync(long tag, int item, CancellationToken cancel)
    {
        var connection = await OpenAsync(cancel);
        try
        {
            if (IsSynchronous)
            {
                using var transaction = connection.BeginTransaction();
                await ExecuteWriteAsync(connection, transaction, tag, item, cancel);
                transaction.Commit();
            }
            else
            {
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
                await ExecuteWriteAsync(connection, transaction, tag, item, cancel);
                await transaction.CommitAsync(cancel);
            }
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task WriteByDapperAsync(long tag, int item, CancellationToken cancel)
    {
        var command = new CommandDefinition(Schema.Write, new { tag, item }, cancellationToken: cancel);
        var connection = data.CreateConnection();
        try
        {
            Require(IsSynchronous ? connection.Execute(command) : await connection.ExecuteAsync(command));
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task WriteByBatchAsync(long tag, int item, CancellationToken cancel)
    {
        var connection = await OpenAsync(cancel);
        try
        {
            await using var batch = connection.CreateBatch();
            var command = batch.CreateBatchCommand();
            command.CommandText = Schema.Write;
            command.Parameters.Add(new MySqlParameter("@tag", tag));
            command.Parameters.Add(new MySqlParameter("@item", item));
            batch.BatchCommands.Add(command);
            Require(IsSynchronous ? batch.ExecuteNonQuery() : await batch.ExecuteNonQueryAsync(cancel));
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task WriteEnlistedAsync(long tag, int item, CancellationToken cancel)
    {
        var connection = await OpenAsync(cancel);
        try
        {
            var transaction = new System.Transactions.CommittableTransaction();
            try
            {
                connection.EnlistTransaction(transaction);
                await ExecuteWriteAsync(connection, null, tag, item, cancel);
                transaction.Commit();
                transaction.Dispose();
            }
            catch
            {
                try
                {
                    transaction.Dispose();
                }
                catch (InvalidOperationException)
                {
                    // The driver rolls back on the connection that broke; what broke it is what the caller gets.
                }

                throw;
            }
        }
        finally
        {
            await CloseAsync(connection);
        }
    }

    private async Task WriteByEntityAsync(long tag, int item, CancellationToken cancel)
    {
        using var context = new Shop(data, grounds.Version);
        var head = new HeadRow { Id = 1 };
        context.Attach(head);
        (head.Tag, head.Item) = (tag, item);
        context.Entry(head).Property(h => h.Tag).IsModified = context.Entry(head).Property(h => h.Item).IsModified = true;
        Require(IsSynchronous ? context.SaveChanges() : await context.SaveChangesAsync(cancel));
    }
}
