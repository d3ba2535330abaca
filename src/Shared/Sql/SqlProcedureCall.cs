namespace MonotonicReads.Sql;

/// <summary>Reads the name of a procedure, from behind <c>CALL</c> or where it is the whole statement.</summary>
internal static class SqlProcedureCall
{
    /// <summary>Commands of other dialects that look like one.</summary>
    private static readonly string[] NoProcedures = ["sp_executesql", "IMMEDIATE"];

    /// <summary>Alone, nothing but the name may stand there: then it is a procedure that the driver calls.</summary>
    public static SqlStatement Read(ref SqlTokens tokens, bool isAlone)
    {
        SkipResult(ref tokens);
        var name = LastName(ref tokens);
        var isWhole = tokens.IsEndOfStatement;
        tokens.SkipStatement();
        return name is not null && (isWhole || !isAlone)
            ? new SqlStatement(SqlStatementKind.Procedure, Procedure: name)
            : new SqlStatement(SqlStatementKind.Unknown);
    }

    // EXEC @result = name
    private static void SkipResult(ref SqlTokens tokens)
    {
        if (tokens.Kind == SqlTokenKind.Variable)
        {
            tokens.Next();
            if (tokens.Is('='))
            {
                tokens.Next();
            }
        }
    }

    /// <summary>The last part of a dotted name; null where it is known only at run time, or no procedure's.</summary>
    private static string? LastName(ref SqlTokens tokens)
    {
        var last = default(SqlTokens);
        while (tokens.IsName || tokens.Kind == SqlTokenKind.Hole || tokens.Is('.'))
        {
            if (!tokens.Is('.'))
            {
                last = tokens;
            }

            var end = tokens.End;
            if (!tokens.Next() || tokens.Start != end)
            {
                break;
            }
        }

        if (!last.IsName)
        {
            return null;
        }

        var name = last.Kind == SqlTokenKind.QuotedName ? last.Value.Trim('`', '[', ']', '"') : last.Value;
        return name.Any(SqlHole.Is) || NoProcedures.Contains(name, StringComparer.OrdinalIgnoreCase) ? null : name;
    }
}
