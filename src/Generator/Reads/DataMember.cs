namespace MonotonicReads.Generator.Reads;

/// <summary>How a member of a data library takes part in reading; parameters are named as the library names them.</summary>
/// <param name="Role">What it does.</param>
/// <param name="TextParameter">Holds the command text or a command definition; null where the receiver is the command.</param>
/// <param name="TransactionParameter">Holds the transaction, where the member takes one.</param>
/// <param name="CommandTypeParameter">Holds a <c>CommandType</c>, where the member takes one.</param>
/// <param name="IsProcedure">True where the text is always a procedure's name.</param>
/// <param name="SharesContext">True where it goes through a context that others hold too, and a transaction on that holds for it.</param>
internal sealed record DataMember(
    DataRole Role,
    string? TextParameter = null,
    string? TransactionParameter = null,
    string? CommandTypeParameter = null,
    bool IsProcedure = false,
    bool SharesContext = false
);

/// <summary>What a member of a data library does with the database.</summary>
internal enum DataRole
{
    /// <summary>Sends a command and hands back rows or a value.</summary>
    SendsForRows,

    /// <summary>Sends a command and hands back at most a count.</summary>
    SendsForCount,

    /// <summary>Sends one read through its target, whatever its text.</summary>
    SendsRead,

    /// <summary>Sends one write through its target, whatever its text.</summary>
    SendsWrite,

    OpensConnection,
    ClosesConnection,
    BeginsTransaction,
    EndsTransaction,

    /// <summary>Makes a connection that is still closed.</summary>
    CreatesClosedConnection,

    /// <summary>Makes a connection that is open.</summary>
    CreatesOpenConnection,

    /// <summary>Makes an open connection on which a transaction has begun.</summary>
    CreatesTransactingConnection,

    CreatesCommand,

    /// <summary>Reads through its target, a context or an entry of one.</summary>
    Reads,

    /// <summary>Sends the query that its target is; nothing where the target is a collection in memory.</summary>
    ReadsQuery,

    /// <summary>Writes through its target.</summary>
    Writes,

    /// <summary>Hands back its target, or something that goes through it.</summary>
    PassesOn,

    /// <summary>Makes a query of a text.</summary>
    ComposesText,

    /// <summary>Lets its target take part in a transaction that has begun elsewhere.</summary>
    UsesTransaction,

    /// <summary>Ends the transaction of its target, a connection or context.</summary>
    EndsTransactionOnTarget,
}

/// <summary>One library that reads databases; made only where the compilation references it.</summary>
internal interface IDataLibrary
{
    /// <summary>A name that a reading or writing member of the library carries: a test on syntax, before anything is bound.</summary>
    bool MayTouch(string memberName);

    /// <summary>What the member does, or null where it is not the library's or does not matter.</summary>
    DataMember? Describe(Microsoft.CodeAnalysis.IMethodSymbol method);
}
