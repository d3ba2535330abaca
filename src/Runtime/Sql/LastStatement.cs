namespace MonotonicReads.Sql;

/// <summary>
/// Says of a command text whether its first statement asks what the statement before it left on the connection: how many rows it found or
/// changed, its warnings. The answer is on that connection only, and until the next statement only.
/// </summary>
internal static class LastStatement
{
    /// <summary>What reads a table, or may.</summary>
    private const SqlTraits Data =
        SqlTraits.Table
        | SqlTraits.UnknownFunction
        | SqlTraits.UncertainFunction
        | SqlTraits.PrimaryFunction
        | SqlTraits.SystemVariable
        | SqlTraits.Server
        | SqlTraits.IntoTable;

    public static LastStatementUse UseIn(string text)
    {
        if (!MayAsk(text))
        {
            return LastStatementUse.None;
        }

        var statements = new SqlStatements(text);
        var isFirst = true;
        var isAlone = true;
        while (statements.Next())
        {
            if (isFirst && !Asks(statements.Current) && !CallsFor(text))
            {
                return LastStatementUse.None;
            }

            isAlone &= (isFirst && AsksDiagnostics(text)) || HasNoData(statements.Current);
            isFirst = false;
        }

        return isFirst ? LastStatementUse.None
            : isAlone && statements.Doubts == SqlDoubts.None && !statements.AsksForPrimary ? LastStatementUse.Alone
            : LastStatementUse.BesideOthers;
    }

    // Nearly no text does.
    private static bool MayAsk(string text) =>
        text.Contains("_COUNT", StringComparison.OrdinalIgnoreCase)
        || text.Contains("FOUND_ROWS", StringComparison.OrdinalIgnoreCase)
        || text.Contains("DIAGNOSTICS", StringComparison.OrdinalIgnoreCase)
        || text.Contains("SHOW", StringComparison.OrdinalIgnoreCase);

    private static bool Asks(SqlStatement statement) => statement.Has(SqlTraits.Connection);

    private static bool HasNoData(SqlStatement statement) =>
        statement.Kind == SqlStatementKind.Show ? Asks(statement) : statement.Kind == SqlStatementKind.Read && !statement.Has(Data);

    private static bool AsksDiagnostics(string text)
    {
        var tokens = new SqlTokens(text);
        tokens.Next();
        if (!tokens.Is("GET"))
        {
            return false;
        }

        tokens.Next();
        return tokens.Is("DIAGNOSTICS") || ((tokens.Is("CURRENT") || tokens.Is("STACKED")) && tokens.Ahead().Is("DIAGNOSTICS"));
    }

    // The grammar tells what a query calls, and not what SET or an insert does.
    private static bool CallsFor(string text)
    {
        if (AsksDiagnostics(text))
        {
            return true;
        }

        var tokens = new SqlTokens(text);
        while (tokens.Next() && !tokens.Is(';'))
        {
            if (
                (tokens.IsName && tokens.IsCalled && tokens.Function == SqlFunction.Connection)
                || (tokens.Kind == SqlTokenKind.SystemVariable && SqlQuery.IsOfLastStatement(tokens))
            )
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>Whether a text asks what the statement before it left behind.</summary>
internal enum LastStatementUse
{
    None,

    /// <summary>It asks nothing else: no server can show it another state.</summary>
    Alone,

    /// <summary>It also reads or writes.</summary>
    BesideOthers,
}
