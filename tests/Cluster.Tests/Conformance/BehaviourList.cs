using System.Data.Common;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>The behaviours of one ADO.NET type.</summary>
public abstract class BehaviourList
{
    private readonly List<Behaviour> _behaviours = [];
    private IReadOnlyList<Calls> _ways = Calls.Both;
    private bool _waits;

    /// <summary>A plain read that never ends by itself, and costs the server nothing.</summary>
    protected const string Endless = "select pause from endless";

    public static IReadOnlyList<Behaviour> All { get; } =
    [
        .. new ConnectionBehaviours()._behaviours,
        .. new CommandBehaviours()._behaviours,
        .. new CancellationBehaviours()._behaviours,
        .. new PreparedBehaviours()._behaviours,
        .. new ParameterBehaviours()._behaviours,
        .. new ProcedureBehaviours()._behaviours,
        .. new ReaderBehaviours()._behaviours,
        .. new TransactionBehaviours()._behaviours,
        .. new BatchBehaviours()._behaviours,
        .. new DataSourceBehaviours()._behaviours,
        .. new ProviderFactoryBehaviours()._behaviours,
        .. new SchemaBehaviours()._behaviours,
    ];

    protected abstract string Type { get; }

    /// <summary>Behaviours that there are only with the synchronous members, or only with the asynchronous ones.</summary>
    protected void Ways(IReadOnlyList<Calls> ways, Action add)
    {
        _ways = ways;
        add();
        _ways = Calls.Both;
    }

    /// <summary>Behaviours that last until a time limit or a cancellation ends them.</summary>
    protected void Waiting(Action add)
    {
        _waits = true;
        add();
        _waits = false;
    }

    /// <summary>A behaviour that any server shows.</summary>
    protected void Reads(
        string name,
        string expected,
        Func<Subject, Calls, Task<object?>> run,
        params IReadOnlyList<Difference> differences
    ) =>
        _behaviours.Add(
            new Behaviour(Type, name, expected, run)
            {
                Ways = _ways,
                Waits = _waits,
                Differences = differences,
            }
        );

    /// <summary>A behaviour that only a server shows that accepts writes.</summary>
    protected void Writes(
        string name,
        string expected,
        Func<Subject, Calls, Task<object?>> run,
        params IReadOnlyList<Difference> differences
    ) =>
        _behaviours.Add(
            new Behaviour(Type, name, expected, run)
            {
                NeedsPrimary = true,
                Ways = _ways,
                Waits = _waits,
                Differences = differences,
            }
        );

    /// <summary>A behaviour of an open connection.</summary>
    protected void Open(
        string name,
        string expected,
        Func<DbConnection, Calls, Task<object?>> run,
        params IReadOnlyList<Difference> differences
    ) =>
        Reads(
            name,
            expected,
            async (subject, how) =>
            {
                await using var connection = await subject.OpenAsync();
                return await run(connection, how);
            },
            differences
        );

    /// <summary>A behaviour of a command with this text, on an open connection.</summary>
    protected void Command(
        string name,
        string text,
        string expected,
        Func<DbCommand, Calls, Task<object?>> run,
        params IReadOnlyList<Difference> differences
    ) =>
        Open(
            name,
            expected,
            async (connection, how) =>
            {
                await using var command = connection.CreateCommand();
                command.CommandText = text;
                return await run(command, how);
            },
            differences
        );

    /// <summary>A behaviour of a reader over this text, on its first row.</summary>
    protected void Row(string name, string text, string expected, Func<DbDataReader, object?> run) =>
        Command(
            name,
            text,
            expected,
            async (command, how) =>
            {
                await using var reader = await how.Reader(command);
                await how.Read(reader);
                return run(reader);
            }
        );

    /// <summary>How many rows there are, seen on the primary by a connection that knows nothing of the subject.</summary>
    protected static Task<object?> CountAsync(Subject subject, string table) => subject.AskPrimaryAsync($"select count(*) from {table}");
}
