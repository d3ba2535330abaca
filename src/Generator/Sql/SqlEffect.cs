namespace MonotonicReads.Generator.Sql;

/// <summary>What one command text does, seen from routing.</summary>
internal enum SqlEffect
{
    /// <summary>The text says nothing; the member that sends it decides.</summary>
    Unknown,

    /// <summary>Returns no rows and changes none: <c>SET</c>, <c>USE</c>, <c>BEGIN</c>.</summary>
    Nothing,

    /// <summary>Rows that a replica may deliver.</summary>
    ReplicaRead,

    /// <summary>Rows that only the primary can deliver: locks, session functions, system variables.</summary>
    PrimaryRead,

    /// <summary>Changes data or schema, whatever it returns.</summary>
    Write,

    /// <summary>Calls a stored procedure whose name is all that is known.</summary>
    Procedure,

    /// <summary>Starts a transaction.</summary>
    BeginTransaction,

    /// <summary>Commits or rolls back a transaction.</summary>
    EndTransaction,
}

/// <summary>The verdict on one command text.</summary>
/// <param name="Effect">What the text does.</param>
/// <param name="Procedure">The procedure's name without schema and quotes, for <see cref="SqlEffect.Procedure"/>.</param>
internal readonly record struct SqlVerdict(SqlEffect Effect, string? Procedure = null);
