namespace MonotonicReads.Generator.Sql;

/// <summary>
/// Says what a MySQL or MariaDB command text does, from its tokens alone. The first word of each statement decides; a text
/// of several statements is what its strongest statement is: a write, then a procedure, then a read of the primary, then a
/// read that a replica may answer.
/// </summary>
internal static class SqlClassifier
{
    private static readonly HashSet<string> WriteVerbs = new(StringComparer.OrdinalIgnoreCase)
    {
        "INSERT",
        "UPDATE",
        "DELETE",
        "REPLACE",
        "MERGE",
        "UPSERT",
        "CREATE",
        "ALTER",
        "DROP",
        "TRUNCATE",
        "RENAME",
        "LOAD",
        "GRANT",
        "REVOKE",
        "OPTIMIZE",
        "REPAIR",
        "IMPORT",
        "HANDLER",
    };

    private static readonly HashSet<string> SilentVerbs = new(StringComparer.OrdinalIgnoreCase)
    {
        "USE",
        "DO",
        "PREPARE",
        "EXECUTE_IMMEDIATE",
        "DEALLOCATE",
        "FLUSH",
        "KILL",
        "RESET",
        "SAVEPOINT",
        "RELEASE",
        "LOCK",
        "UNLOCK",
        "STOP",
        "CHANGE",
        "PURGE",
        "BINLOG",
        "SIGNAL",
        "PRAGMA",
        "ATTACH",
        "DETACH",
        "VACUUM",
        "INSTALL",
        "UNINSTALL",
        "CHECK",
        "CHECKSUM",
        "ANALYZE",
        "CACHE",
        "XA",
        "PRINT",
        "SHUTDOWN",
        "HELP",
    };

    /// <summary>Functions whose answer belongs to the session or server that asks, so that routing sends them to the primary.</summary>
    private static readonly HashSet<string> PrimaryFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "LAST_INSERT_ID",
        "ROW_COUNT",
        "FOUND_ROWS",
        "CONNECTION_ID",
        "GET_LOCK",
        "RELEASE_LOCK",
        "RELEASE_ALL_LOCKS",
        "IS_FREE_LOCK",
        "IS_USED_LOCK",
        "NEXTVAL",
        "LASTVAL",
        "SETVAL",
        "MASTER_POS_WAIT",
        "MASTER_GTID_WAIT",
        "WAIT_FOR_EXECUTED_GTID_SET",
        "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS",
        "SCOPE_IDENTITY",
        "IDENT_CURRENT",
        "LAST_INSERT_ROWID",
        "PG_ADVISORY_LOCK",
        "PG_ADVISORY_XACT_LOCK",
        "PG_TRY_ADVISORY_LOCK",
    };

    /// <summary>Functions that read no table; a SELECT of nothing else has no older state to show.</summary>
    private static readonly HashSet<string> TablelessFunctions = new(StringComparer.OrdinalIgnoreCase)
    {
        "NOW",
        "SYSDATE",
        "CURRENT_TIMESTAMP",
        "UTC_TIMESTAMP",
        "UTC_DATE",
        "CURDATE",
        "CURTIME",
        "UNIX_TIMESTAMP",
        "GETDATE",
        "GETUTCDATE",
        "SYSUTCDATETIME",
        "UUID",
        "UUID_SHORT",
        "NEWID",
        "RAND",
        "VERSION",
        "SQLITE_VERSION",
        "DATABASE",
        "SCHEMA",
        "USER",
        "CURRENT_USER",
        "SLEEP",
        "CONVERT",
        "CAST",
        "DATE",
        "DATETIME",
    };

    private static readonly string[] PrimaryHints =
    [
        "maxscale route to master",
        "FORCE_MASTER",
        "/*master*/",
        "/* master */",
        "/*@writer*/",
    ];

    public static SqlVerdict Classify(string text)
    {
        foreach (var hint in PrimaryHints)
        {
            if (text.IndexOf(hint, StringComparison.OrdinalIgnoreCase) >= 0 && ClassifyStatements(text).Effect == SqlEffect.ReplicaRead)
            {
                return new SqlVerdict(SqlEffect.PrimaryRead);
            }
        }

        return ClassifyStatements(text);
    }

    private static SqlVerdict ClassifyStatements(string text)
    {
        var tokens = new SqlTokens(text);
        var strongest = new SqlVerdict(SqlEffect.Unknown);
        var begun = false;
        tokens.Next();
        while (tokens.Kind != SqlTokenKind.End)
        {
            if (tokens.Is(';'))
            {
                tokens.Next();
            }
            else
            {
                var verdict = ClassifyStatement(ref tokens);
                if (begun && verdict.Effect == SqlEffect.ReplicaRead)
                {
                    // It runs where the transaction runs.
                    verdict = new SqlVerdict(SqlEffect.PrimaryRead);
                }

                begun = verdict.Effect == SqlEffect.BeginTransaction || (begun && verdict.Effect != SqlEffect.EndTransaction);
                strongest = Strength(verdict.Effect) > Strength(strongest.Effect) ? verdict : strongest;
            }
        }

        return strongest;
    }

    private static int Strength(SqlEffect effect) =>
        effect switch
        {
            SqlEffect.Write => 7,
            SqlEffect.Procedure => 6,
            SqlEffect.PrimaryRead => 5,
            SqlEffect.ReplicaRead => 4,
            SqlEffect.EndTransaction => 3,
            SqlEffect.BeginTransaction => 2,
            SqlEffect.Nothing => 1,
            _ => 0,
        };

    /// <summary>Reads one statement; leaves the tokens at its end: a semicolon, the end, or the verb of a next statement without one.</summary>
    private static SqlVerdict ClassifyStatement(ref SqlTokens tokens)
    {
        while (tokens.Is('(') || tokens.Is('{'))
        {
            tokens.Next();
        }

        if (tokens.Kind is SqlTokenKind.QuotedName or SqlTokenKind.Unknown)
        {
            return Procedure(ref tokens, mustBeAlone: true);
        }

        if (tokens.Kind != SqlTokenKind.Word)
        {
            SkipStatement(ref tokens);
            return new SqlVerdict(SqlEffect.Unknown);
        }

        if (tokens.Is("SELECT") || tokens.Is("VALUES") || tokens.Is("TABLE"))
        {
            return Select(ref tokens);
        }

        if (tokens.Is("WITH"))
        {
            return With(ref tokens);
        }

        if (tokens.Is("SHOW"))
        {
            return Show(ref tokens);
        }

        if (tokens.Is("EXPLAIN") || tokens.Is("DESCRIBE") || tokens.Is("DESC"))
        {
            SkipStatement(ref tokens);
            return new SqlVerdict(SqlEffect.ReplicaRead);
        }

        if (tokens.Is("CREATE") || tokens.Is("DROP"))
        {
            tokens.Next();
            var temporary = tokens.Is("TEMPORARY") || tokens.Is("TEMP");
            SkipStatement(ref tokens);
            return new SqlVerdict(temporary ? SqlEffect.Nothing : SqlEffect.Write);
        }

        if (WriteVerbs.Contains(tokens.Value))
        {
            SkipStatement(ref tokens);
            return new SqlVerdict(SqlEffect.Write);
        }

        if (tokens.Is("CALL") || tokens.Is("EXEC") || tokens.Is("EXECUTE"))
        {
            tokens.Next();
            return Procedure(ref tokens, mustBeAlone: false);
        }

        if (tokens.Is("SET") || tokens.Is("DECLARE") || tokens.Is("IF"))
        {
            return Script(ref tokens);
        }

        if (tokens.Is("BEGIN") || tokens.Is("START"))
        {
            var begin = tokens.Is("BEGIN");
            tokens.Next();
            begin |= tokens.Is("TRANSACTION");
            SkipStatement(ref tokens);
            return new SqlVerdict(begin ? SqlEffect.BeginTransaction : SqlEffect.Nothing);
        }

        if (tokens.Is("COMMIT") || tokens.Is("ROLLBACK") || tokens.Is("END"))
        {
            var toSavepoint = false;
            while (tokens.Next() && !tokens.Is(';'))
            {
                toSavepoint |= tokens.Is("TO");
            }

            return new SqlVerdict(toSavepoint ? SqlEffect.Nothing : SqlEffect.EndTransaction);
        }

        if (SilentVerbs.Contains(tokens.Value))
        {
            SkipStatement(ref tokens);
            return new SqlVerdict(SqlEffect.Nothing);
        }

        return Procedure(ref tokens, mustBeAlone: true);
    }

    private static SqlVerdict Select(ref SqlTokens tokens)
    {
        var readsTable = !tokens.Is("SELECT");
        var primary = false;
        var write = false;
        var into = false;
        var depth = 0;
        var more = tokens.Next();
        while (more && !tokens.Is(';'))
        {
            switch (tokens.Kind)
            {
                case SqlTokenKind.Symbol when tokens.Is('('):
                    depth++;
                    break;
                case SqlTokenKind.Symbol when tokens.Is(')'):
                    depth--;
                    break;
                case SqlTokenKind.SystemVariable:
                    primary = true;
                    break;
                case SqlTokenKind.Unknown:
                    readsTable = true;
                    break;
                case SqlTokenKind.Word when tokens.Is("FROM"):
                    readsTable = true;
                    break;
                case SqlTokenKind.Word when tokens.Is("UPDLOCK") || tokens.Is("XLOCK"):
                    primary = true;
                    break;
                case SqlTokenKind.Word when tokens.Is("FOR"):
                    more = tokens.Next();
                    if (tokens.Is("UPDATE") || tokens.Is("SHARE") || tokens.Is("NO") || tokens.Is("KEY"))
                    {
                        primary = true;
                    }

                    continue;
                case SqlTokenKind.Word when tokens.Is("LOCK"):
                    more = tokens.Next();
                    primary |= tokens.Is("IN");
                    continue;
                case SqlTokenKind.Word when tokens.Is("NEXT"):
                    more = tokens.Next();
                    primary |= tokens.Is("VALUE");
                    continue;
                case SqlTokenKind.Word when tokens.Is("INTO"):
                    more = tokens.Next();
                    into |=
                        tokens.Kind is SqlTokenKind.Variable
                        || tokens.Is("OUTFILE")
                        || tokens.Is("DUMPFILE")
                        || (tokens.Kind == SqlTokenKind.Word && tokens.Value[0] == '#');
                    write |= depth == 0 && tokens.Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName && !into;
                    continue;
                case SqlTokenKind.Word when depth == 0 && StartsNextStatement(ref tokens):
                    return Verdict(readsTable, primary, write, into);
                case SqlTokenKind.Word:
                    var name = tokens.Value;
                    more = tokens.Next();
                    if (tokens.Is('('))
                    {
                        primary |= PrimaryFunctions.Contains(name);
                        readsTable |= !PrimaryFunctions.Contains(name) && !TablelessFunctions.Contains(name);
                    }

                    continue;
            }

            more = tokens.Next();
        }

        return Verdict(readsTable, primary, write, into);

        static SqlVerdict Verdict(bool readsTable, bool primary, bool write, bool into) =>
            new(
                write ? SqlEffect.Write
                : into ? SqlEffect.Nothing
                : primary ? SqlEffect.PrimaryRead
                : readsTable ? SqlEffect.ReplicaRead
                : SqlEffect.Nothing
            );
    }

    /// <summary>Scripts of other dialects separate statements by white space alone: INSERT INTO and DELETE FROM cannot stand inside a SELECT.</summary>
    private static bool StartsNextStatement(ref SqlTokens tokens)
    {
        if (!tokens.Is("INSERT") && !tokens.Is("DELETE"))
        {
            return false;
        }

        var ahead = tokens;
        return ahead.Next() && (ahead.Is("INTO") || ahead.Is("FROM"));
    }

    private static SqlVerdict With(ref SqlTokens tokens)
    {
        var depth = 0;
        var opened = false;
        while (tokens.Next() && !tokens.Is(';'))
        {
            if (tokens.Is('('))
            {
                depth++;
                opened = true;
                continue;
            }

            if (tokens.Is(')'))
            {
                depth--;
            }
            else if (
                tokens.Kind == SqlTokenKind.Word
                && (depth == 0 || opened)
                && (tokens.Is("INSERT") || tokens.Is("UPDATE") || tokens.Is("DELETE") || tokens.Is("REPLACE") || tokens.Is("MERGE"))
            )
            {
                SkipStatement(ref tokens);
                return new SqlVerdict(SqlEffect.Write);
            }
            else if (depth == 0 && tokens.Is("SELECT"))
            {
                var main = Select(ref tokens);
                return main.Effect == SqlEffect.Nothing ? new SqlVerdict(SqlEffect.ReplicaRead) : main;
            }

            opened = false;
        }

        return new SqlVerdict(SqlEffect.ReplicaRead);
    }

    private static SqlVerdict Show(ref SqlTokens tokens)
    {
        var schema = false;
        while (tokens.Next() && !tokens.Is(';'))
        {
            schema |=
                tokens.Is("TABLES")
                || tokens.Is("COLUMNS")
                || tokens.Is("FIELDS")
                || tokens.Is("INDEX")
                || tokens.Is("INDEXES")
                || tokens.Is("KEYS")
                || tokens.Is("DATABASES")
                || tokens.Is("TABLE")
                || tokens.Is("CREATE");
        }

        return new SqlVerdict(schema ? SqlEffect.ReplicaRead : SqlEffect.Nothing);
    }

    /// <summary>SET, DECLARE and IF stand before what matters: the first verb outside parentheses that reads or writes.</summary>
    private static SqlVerdict Script(ref SqlTokens tokens)
    {
        var depth = 0;
        var conditional = tokens.Is("IF");
        var reads = false;
        while (tokens.Next() && !tokens.Is(';'))
        {
            if (tokens.Is('('))
            {
                depth++;
            }
            else if (tokens.Is(')'))
            {
                depth--;
            }
            else if (tokens.Kind == SqlTokenKind.Word && depth == 0)
            {
                if (tokens.Is("SELECT") && !conditional)
                {
                    return Select(ref tokens);
                }

                reads |= tokens.Is("SELECT");
                if (
                    tokens.Is("INSERT")
                    || tokens.Is("UPDATE")
                    || tokens.Is("DELETE")
                    || tokens.Is("MERGE")
                    || (conditional && WriteVerbs.Contains(tokens.Value))
                )
                {
                    SkipStatement(ref tokens);
                    return new SqlVerdict(SqlEffect.Write);
                }
            }
        }

        return new SqlVerdict(reads ? SqlEffect.ReplicaRead : SqlEffect.Nothing);
    }

    /// <summary>The last part of a dotted name; alone, a name is a procedure that the driver calls.</summary>
    private static SqlVerdict Procedure(ref SqlTokens tokens, bool mustBeAlone)
    {
        if (tokens.Kind == SqlTokenKind.Variable)
        {
            tokens.Next();
            if (tokens.Is('='))
            {
                tokens.Next();
            }
        }

        string? name = null;
        while (tokens.Kind is SqlTokenKind.Word or SqlTokenKind.QuotedName or SqlTokenKind.Unknown || tokens.Is('.'))
        {
            var part = tokens;
            if (part.Kind != SqlTokenKind.Symbol)
            {
                name = part.Kind == SqlTokenKind.QuotedName ? part.Value.Trim('`', '[', ']', '"') : part.Value;
            }

            var end = tokens.Start + tokens.Length;
            if (!tokens.Next() || tokens.Start != end)
            {
                break;
            }
        }

        var alone = tokens.Kind == SqlTokenKind.End || tokens.Is(';');
        SkipStatement(ref tokens);
        var known = name is not null && !name.Any(SqlText.IsUnknown);
        return
            known
            && (alone || !mustBeAlone)
            && !string.Equals(name, "sp_executesql", StringComparison.OrdinalIgnoreCase)
            && !string.Equals(name, "IMMEDIATE", StringComparison.OrdinalIgnoreCase)
            ? new SqlVerdict(SqlEffect.Procedure, name)
            : new SqlVerdict(SqlEffect.Unknown);
    }

    private static void SkipStatement(ref SqlTokens tokens)
    {
        while (!tokens.Is(';') && tokens.Next()) { }
    }
}
