namespace MonotonicReads;

/// <summary>
/// Says of a command text whether it is proven to be a plain read, that is one or more statements that only return
/// data, take no lock, and neither depend on nor change what a connection did before. Everything else, and everything
/// that two servers or two SQL modes would read differently, is not proven and runs on the primary.
/// </summary>
/// <remarks>
/// The grammar is that of MySQL and MariaDB, with what SQLite and PostgreSQL share with it. A stored function is taken
/// for a read; replicas are read-only, so that one which writes fails there. FOUND_ROWS(), ROW_COUNT() and SHOW
/// WARNINGS ask about the statement before on the same connection and stay with it.
/// </remarks>
internal static class PlainRead
{
    // They lock, wait, write, or ask what the same connection wrote before.
    private static readonly string[] ForbiddenFunctions =
    [
        "GET_LOCK",
        "RELEASE_LOCK",
        "RELEASE_ALL_LOCKS",
        "IS_FREE_LOCK",
        "IS_USED_LOCK",
        "LAST_INSERT_ID",
        "LAST_INSERT_ROWID",
        "CHANGES",
        "TOTAL_CHANGES",
        "NEXTVAL",
        "LASTVAL",
        "CURRVAL",
        "SETVAL",
        "SET_CONFIG",
        "SLEEP",
        "BENCHMARK",
        "LOAD_FILE",
        "LOAD_EXTENSION",
        "MASTER_POS_WAIT",
        "SOURCE_POS_WAIT",
        "MASTER_GTID_WAIT",
        "WAIT_FOR_EXECUTED_GTID_SET",
        "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS",
    ];

    // Reserved words, so that no column can be meant.
    private static readonly string[] ForbiddenWords = ["INTO", "UPDATE", "DELETE", "MERGE", "CALL"];

    // Writing where they stand alone, string and number functions where they are called.
    private static readonly string[] ForbiddenUnlessCalled = ["INSERT", "REPLACE", "TRUNCATE"];

    private static readonly string[] ReadingVerbs = ["SELECT", "WITH", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "VALUES", "TABLE"];

    private static readonly (string Word, string Next)[] ForbiddenPairs =
    [
        ("FOR", "UPDATE"),
        ("FOR", "SHARE"),
        ("FOR", "NO"),
        ("FOR", "KEY"),
        ("LOCK", "IN"),
        ("NEXT", "VALUE"),
        ("PREVIOUS", "VALUE"),
    ];

    public static bool IsProven(string text)
    {
        var tokens = new SqlTokens(text);
        var statements = 0;
        while (tokens.Next())
        {
            if (tokens.Kind is SqlToken.Semicolon or SqlToken.OpeningParenthesis)
            {
                continue;
            }

            if (!IsPlainStatement(ref tokens))
            {
                return false;
            }

            statements++;
        }

        return statements > 0 && !tokens.IsDoubtful;
    }

    // From a statement's first word to its semicolon.
    private static bool IsPlainStatement(ref SqlTokens tokens)
    {
        if (tokens.Kind != SqlToken.Word || !IsAny(tokens.Word, ReadingVerbs))
        {
            return false;
        }

        do
        {
            if (tokens.Kind == SqlToken.SystemVariableOrAssignment || (tokens.Kind == SqlToken.Word && !IsHarmless(tokens)))
            {
                return false;
            }
        } while (tokens.Next() && tokens.Kind != SqlToken.Semicolon);

        return !tokens.IsDoubtful;
    }

    private static bool IsHarmless(in SqlTokens tokens)
    {
        var word = tokens.Word;
        if (IsAny(word, ForbiddenFunctions) || word.StartsWith("PG_", StringComparison.OrdinalIgnoreCase))
        {
            return !tokens.IsFollowedBy(SqlToken.OpeningParenthesis);
        }

        if (tokens.FollowsDot)
        {
            return true;
        }

        if (IsAny(word, ForbiddenUnlessCalled))
        {
            return tokens.IsFollowedBy(SqlToken.OpeningParenthesis);
        }

        foreach (var (first, next) in ForbiddenPairs)
        {
            if (Is(word, first) && tokens.IsFollowedByWord(next))
            {
                return false;
            }
        }

        return !IsAny(word, ForbiddenWords);
    }

    private static bool IsAny(ReadOnlySpan<char> word, string[] names)
    {
        foreach (var name in names)
        {
            if (Is(word, name))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Is(ReadOnlySpan<char> word, string name) => word.Equals(name, StringComparison.OrdinalIgnoreCase);
}
