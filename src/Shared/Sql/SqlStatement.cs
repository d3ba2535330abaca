namespace MonotonicReads.Sql;

/// <summary>
/// One statement of a text and what it does; the procedure's name, without schema and quotes, is that of a
/// <see cref="SqlStatementKind.Procedure"/>.
/// </summary>
internal readonly record struct SqlStatement(SqlStatementKind Kind, SqlTraits Traits = SqlTraits.None, string? Procedure = null)
{
    public bool Has(SqlTraits any) => (Traits & any) != 0;
}

internal enum SqlStatementKind
{
    /// <summary>Neither SQL that is known nor the name of a procedure.</summary>
    Unknown,

    /// <summary>A query; its traits say whether more than that.</summary>
    Read,

    /// <summary><c>SHOW</c></summary>
    Show,

    /// <summary>The plan of a statement that does not run, or what a table looks like.</summary>
    Plan,

    /// <summary>Changes data or schema, whatever it returns.</summary>
    Write,

    /// <summary>Makes or drops a temporary table.</summary>
    TemporaryTable,

    /// <summary>Sets or changes what the connection holds.</summary>
    Session,

    /// <summary>Sets what the connection's session alone holds, to values that mean the same on every server.</summary>
    Setting,

    /// <summary>Begins, ends or marks a block or branch of a script.</summary>
    Block,

    BeginTransaction,

    /// <summary>Commits or rolls back a transaction.</summary>
    EndTransaction,

    /// <summary>Sets a savepoint or goes back to one.</summary>
    Savepoint,

    /// <summary>Calls a stored procedure whose name is all that is known.</summary>
    Procedure,

    /// <summary>A matter of the server's: <c>FLUSH</c>, <c>START REPLICA</c>.</summary>
    Administrative,
}

/// <summary>What a query, <c>SHOW</c> or <c>EXPLAIN</c> has in it.</summary>
[Flags]
internal enum SqlTraits
{
    None = 0,

    /// <summary>Reads a table, the schema, or what a part that is known only at run time may name.</summary>
    Table = 1,

    /// <summary>Calls a function that is not in the vocabulary.</summary>
    UnknownFunction = 1 << 1,

    /// <summary>Calls a function that belongs to the primary, or asks a sequence.</summary>
    PrimaryFunction = 1 << 2,

    /// <summary>Calls a function of a family of which some lock or write.</summary>
    UncertainFunction = 1 << 3,

    /// <summary>Keeps the server waiting.</summary>
    Waiting = 1 << 4,

    /// <summary>Asks about the connection itself.</summary>
    Connection = 1 << 5,

    /// <summary>Asks for the state of one server.</summary>
    Server = 1 << 6,

    SystemVariable = 1 << 7,

    /// <summary>Assigns to a user variable.</summary>
    Assignment = 1 << 8,

    /// <summary>Locks rows.</summary>
    Locks = 1 << 9,

    /// <summary>Puts its rows into variables, a file or a temporary table.</summary>
    IntoElsewhere = 1 << 10,

    /// <summary>Puts its rows into a table.</summary>
    IntoTable = 1 << 11,

    /// <summary>Has a word in it that writes, where a query has no place for it.</summary>
    StrayWord = 1 << 12,

    /// <summary>Plans a statement that is no query.</summary>
    PlansOther = 1 << 13,
}
