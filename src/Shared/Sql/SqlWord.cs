namespace MonotonicReads.Sql;

/// <summary>A word of SQL and what it means in each place where it may stand.</summary>
internal sealed class SqlWord(string text)
{
    public string Text => text;

    public SqlVerb Verb { get; set; }

    public SqlClause Clause { get; set; }

    public SqlFunction Function { get; set; }

    public SqlSubject Subject { get; set; }

    /// <summary>Whether a table's name follows.</summary>
    public bool PrecedesTable { get; set; }

    /// <summary>Whether it begins a statement where none is expected, that is behind one without a semicolon.</summary>
    public bool BeginsStatement => Verb is SqlVerb.Select or SqlVerb.Write or SqlVerb.CreateOrDrop or SqlVerb.Call;
}

/// <summary>What a statement does that begins with a word.</summary>
internal enum SqlVerb
{
    None,

    /// <summary><c>SELECT</c></summary>
    Select,

    /// <summary><c>VALUES</c>, <c>TABLE</c></summary>
    Rows,

    /// <summary><c>WITH</c></summary>
    With,

    /// <summary><c>SHOW</c></summary>
    Show,

    /// <summary>Plans the statement that follows, or describes a table.</summary>
    Explain,

    /// <summary>Runs the statement that follows and tells its plan, or counts a table's keys.</summary>
    Analyze,

    /// <summary>Writes, unless the table is a temporary one.</summary>
    CreateOrDrop,

    /// <summary>Changes data or schema.</summary>
    Write,

    /// <summary>Calls a procedure.</summary>
    Call,

    /// <summary>Sets or declares a variable; other dialects go on without a semicolon.</summary>
    Set,

    /// <summary>A condition or loop with statements in it.</summary>
    Branch,

    /// <summary>Begins a transaction or a block.</summary>
    Begin,

    /// <summary><c>START</c></summary>
    Start,

    /// <summary>Ends a transaction, or goes back to a savepoint.</summary>
    EndTransaction,

    /// <summary>Ends a block or a transaction.</summary>
    End,

    /// <summary>Changes what the connection holds.</summary>
    Session,

    /// <summary>A matter of the server's.</summary>
    Administrative,
}

/// <summary>What a word means where it stands inside a query.</summary>
internal enum SqlClause
{
    None,
    From,

    /// <summary><c>FOR</c>, before <c>UPDATE</c>, <c>SHARE</c>, <c>NO KEY UPDATE</c> or <c>KEY SHARE</c>.</summary>
    For,

    /// <summary><c>LOCK</c>, before <c>IN SHARE MODE</c>.</summary>
    Lock,

    /// <summary>A table hint that locks.</summary>
    LockHint,

    /// <summary><c>NEXT</c>, <c>PREVIOUS</c>, before <c>VALUE FOR</c>.</summary>
    Sequence,
    Into,
    Select,
    Case,
    Else,
    End,

    /// <summary>A reserved word that writes.</summary>
    Write,

    /// <summary>A word that writes, or a function where it is called.</summary>
    WriteUnlessCalled,
}

/// <summary>What a function has to do with the server or connection that it is called on.</summary>
internal enum SqlFunction
{
    /// <summary>Not in the vocabulary: a stored function, or one that looks at its arguments alone.</summary>
    Unknown,

    /// <summary>Reads no table and leaves nothing behind.</summary>
    Tableless,

    /// <summary>Keeps a server waiting.</summary>
    Waiting,

    /// <summary>Locks, counts up, or asks what was written: it belongs to the primary.</summary>
    Primary,

    /// <summary>Asks about the connection that it is called on, and makes sense on no other.</summary>
    Connection,

    /// <summary>Of a family of which some lock or write.</summary>
    Uncertain,
}

/// <summary>What SHOW shows.</summary>
internal enum SqlSubject
{
    None,

    /// <summary>What the schema holds, which is replicated.</summary>
    Schema,

    /// <summary>What every server was built with.</summary>
    BuiltIn,

    /// <summary>The state of one server.</summary>
    Server,

    /// <summary>What the statement before on this connection left behind.</summary>
    Connection,
}
