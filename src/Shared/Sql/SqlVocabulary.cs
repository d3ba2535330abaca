namespace MonotonicReads.Sql;

/// <summary>
/// The words of SQL that tell what a text does: those of MySQL and MariaDB, with those of SQL Server, PostgreSQL and SQLite that texts
/// of programs which also know these hold. Each word stands here once for each thing that it may be.
/// </summary>
internal static class SqlVocabulary
{
    /// <summary>Families of functions too large to list.</summary>
    private static readonly string[] UncertainPrefixes =
    [
        "PG_",
        "GROUP_REPLICATION_",
        "ASYNCHRONOUS_CONNECTION_FAILOVER_",
        "VERSION_TOKENS_",
        "KEYRING_",
        "AUDIT_",
        "FIREWALL_",
        "MYSQL_FIREWALL_",
        "GEN_DICTIONARY_",
        "MASKING_DICTIONARY",
        "SPIDER_",
        "WSREP_",
    ];

    private static readonly SqlWordTable Words = new(Everything());

    public static SqlWord? Find(string text, int start, int end) => Words.Find(text, start, end);

    public static SqlFunction Function(string text, int start, int end)
    {
        if (Words.Find(text, start, end) is { Function: not SqlFunction.Unknown } word)
        {
            return word.Function;
        }

        foreach (var prefix in UncertainPrefixes)
        {
            if (
                end - start > prefix.Length
                && string.Compare(text, start, prefix, 0, prefix.Length, StringComparison.OrdinalIgnoreCase) == 0
            )
            {
                return SqlFunction.Uncertain;
            }
        }

        return SqlFunction.Unknown;
    }

    private static Dictionary<string, SqlWord>.ValueCollection Everything()
    {
        var words = new Dictionary<string, SqlWord>(StringComparer.Ordinal);
        AddQueries(words);
        AddWrites(words);
        AddScripts(words);
        AddServers(words);
        AddClauses(words);
        AddFunctions(words);
        AddSubjects(words);
        return words.Values;
    }

    private static void AddQueries(Dictionary<string, SqlWord> words)
    {
        Verbs(words, SqlVerb.Select, "SELECT");
        Verbs(words, SqlVerb.Rows, "VALUES TABLE");
        Verbs(words, SqlVerb.With, "WITH");
        Verbs(words, SqlVerb.Show, "SHOW");
        Verbs(words, SqlVerb.Explain, "EXPLAIN DESCRIBE DESC");
        Verbs(words, SqlVerb.Analyze, "ANALYZE");
    }

    private static void AddWrites(Dictionary<string, SqlWord> words)
    {
        Verbs(words, SqlVerb.CreateOrDrop, "CREATE DROP");
        Verbs(
            words,
            SqlVerb.Write,
            "INSERT UPDATE DELETE REPLACE MERGE UPSERT ALTER TRUNCATE RENAME LOAD GRANT REVOKE OPTIMIZE REPAIR IMPORT"
        );
        // It reads by a cursor that the connection holds: as a write it stays where it is.
        Verbs(words, SqlVerb.Write, "HANDLER");
        Verbs(words, SqlVerb.Call, "CALL EXEC EXECUTE");
    }

    private static void AddScripts(Dictionary<string, SqlWord> words)
    {
        Verbs(words, SqlVerb.Set, "SET DECLARE");
        Verbs(words, SqlVerb.Branch, "IF ELSE ELSEIF WHILE LOOP REPEAT CASE FOR");
        Verbs(words, SqlVerb.Begin, "BEGIN");
        Verbs(words, SqlVerb.Start, "START");
        Verbs(words, SqlVerb.EndTransaction, "COMMIT ROLLBACK");
        Verbs(words, SqlVerb.End, "END");
        Verbs(words, SqlVerb.Session, "USE DO PREPARE DEALLOCATE SAVEPOINT RELEASE XA LOCK UNLOCK SIGNAL PRINT HELP");
        Verbs(words, SqlVerb.Session, "PRAGMA ATTACH DETACH");
    }

    private static void AddServers(Dictionary<string, SqlWord> words)
    {
        Verbs(words, SqlVerb.Administrative, "FLUSH KILL RESET STOP CHANGE PURGE BINLOG INSTALL UNINSTALL SHUTDOWN");
        Verbs(words, SqlVerb.Administrative, "CHECK CHECKSUM CACHE VACUUM");
    }

    private static void AddClauses(Dictionary<string, SqlWord> words)
    {
        Clauses(words, SqlClause.From, "FROM TABLE");
        Clauses(words, SqlClause.For, "FOR");
        Clauses(words, SqlClause.Lock, "LOCK");
        Clauses(words, SqlClause.LockHint, "UPDLOCK XLOCK");
        Clauses(words, SqlClause.Sequence, "NEXT PREVIOUS");
        Clauses(words, SqlClause.Into, "INTO");
        Clauses(words, SqlClause.Select, "SELECT");
        Clauses(words, SqlClause.Case, "CASE");
        Clauses(words, SqlClause.Else, "ELSE");
        Clauses(words, SqlClause.End, "END");
        Clauses(words, SqlClause.Write, "UPDATE DELETE MERGE CALL");
        Clauses(words, SqlClause.WriteUnlessCalled, "INSERT REPLACE TRUNCATE");
        foreach (var word in Each(words, "FROM JOIN INTO TABLE INSERT UPDATE DELETE MERGE USING APPLY EXISTS EXEC EXECUTE"))
        {
            word.PrecedesTable = true;
        }
    }

    private static void AddFunctions(Dictionary<string, SqlWord> words)
    {
        Functions(words, SqlFunction.Primary, "GET_LOCK RELEASE_LOCK RELEASE_ALL_LOCKS IS_FREE_LOCK IS_USED_LOCK");
        Functions(words, SqlFunction.Primary, "SERVICE_GET_READ_LOCKS SERVICE_GET_WRITE_LOCKS SERVICE_RELEASE_LOCKS");
        Functions(words, SqlFunction.Primary, "LAST_INSERT_ID LAST_INSERT_ROWID SCOPE_IDENTITY IDENT_CURRENT CHANGES TOTAL_CHANGES");
        Functions(words, SqlFunction.Primary, "NEXTVAL LASTVAL CURRVAL SETVAL SET_CONFIG LOAD_FILE LOAD_EXTENSION");
        Functions(words, SqlFunction.Primary, "MASTER_POS_WAIT SOURCE_POS_WAIT MASTER_GTID_WAIT BINLOG_GTID_POS");
        Functions(words, SqlFunction.Primary, "WAIT_FOR_EXECUTED_GTID_SET WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS");
        Functions(words, SqlFunction.Primary, "PG_ADVISORY_LOCK PG_ADVISORY_XACT_LOCK PG_TRY_ADVISORY_LOCK");
        Functions(words, SqlFunction.Primary, "SET_FIREWALL_MODE LOAD_REWRITE_RULES MROONGA_COMMAND SYS_EXEC SYS_EVAL SYS_SET");
        // KILL goes to the primary, where the numbers are other connections'.
        Functions(words, SqlFunction.Primary, "CONNECTION_ID PS_CURRENT_THREAD_ID PS_THREAD_ID");
        Functions(words, SqlFunction.Connection, "FOUND_ROWS ROW_COUNT");
        Functions(words, SqlFunction.Waiting, "SLEEP BENCHMARK");
        Functions(words, SqlFunction.Tableless, "NOW SYSDATE CURRENT_TIMESTAMP UTC_TIMESTAMP UTC_DATE CURDATE CURTIME UNIX_TIMESTAMP");
        Functions(words, SqlFunction.Tableless, "GETDATE GETUTCDATE SYSUTCDATETIME DATE DATETIME CONVERT CAST UUID UUID_SHORT NEWID RAND");
        Functions(words, SqlFunction.Tableless, "VERSION SQLITE_VERSION DATABASE SCHEMA USER CURRENT_USER");
    }

    private static void AddSubjects(Dictionary<string, SqlWord> words)
    {
        Subjects(words, SqlSubject.Schema, "TABLES TABLE COLUMNS FIELDS INDEX INDEXES KEYS DATABASES SCHEMAS CREATE TRIGGERS EVENTS");
        Subjects(words, SqlSubject.Schema, "FUNCTION PROCEDURE PACKAGE GRANTS");
        Subjects(words, SqlSubject.BuiltIn, "CHARSET CHARACTER COLLATION ENGINES PLUGINS PRIVILEGES");
        Subjects(words, SqlSubject.Connection, "WARNINGS ERRORS PROFILE PROFILES");
        Subjects(words, SqlSubject.Server, "VARIABLES STATUS PROCESSLIST OPEN ENGINE MASTER SLAVE SLAVES REPLICA REPLICAS");
        Subjects(words, SqlSubject.Server, "BINARY BINLOG RELAYLOG EXPLAIN ANALYZE");
    }

    private static void Verbs(Dictionary<string, SqlWord> words, SqlVerb verb, string names)
    {
        foreach (var word in Each(words, names))
        {
            word.Verb = verb;
        }
    }

    private static void Clauses(Dictionary<string, SqlWord> words, SqlClause clause, string names)
    {
        foreach (var word in Each(words, names))
        {
            word.Clause = clause;
        }
    }

    private static void Functions(Dictionary<string, SqlWord> words, SqlFunction function, string names)
    {
        foreach (var word in Each(words, names))
        {
            word.Function = function;
        }
    }

    private static void Subjects(Dictionary<string, SqlWord> words, SqlSubject subject, string names)
    {
        foreach (var word in Each(words, names))
        {
            word.Subject = subject;
        }
    }

    private static IEnumerable<SqlWord> Each(Dictionary<string, SqlWord> words, string names)
    {
        foreach (var name in names.Split(' '))
        {
            if (!words.TryGetValue(name, out var word))
            {
                words.Add(name, word = new SqlWord(name));
            }

            yield return word;
        }
    }
}
