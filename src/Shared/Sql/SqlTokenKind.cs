namespace MonotonicReads.Sql;

internal enum SqlTokenKind
{
    End,
    Word,

    /// <summary>In backticks or brackets.</summary>
    QuotedName,

    /// <summary>In single or double quotes; a name where the SQL mode has ANSI_QUOTES.</summary>
    Text,

    Number,
    Symbol,

    /// <summary><c>@name</c>: a parameter or a user variable, which look the same.</summary>
    Variable,

    /// <summary><c>@@name</c></summary>
    SystemVariable,

    /// <summary><c>:=</c></summary>
    Assignment,

    /// <summary>A part that is known only at run time.</summary>
    Hole,
}
