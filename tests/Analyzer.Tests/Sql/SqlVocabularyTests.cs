using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Analyzer.Tests.Sql;

/// <summary>Every word that the classifier knows, said a second time and by hand, each in a statement that hangs on it.</summary>
public class SqlVocabularyTests
{
    [Theory]
    [InlineData(
        "INSERT INTO t VALUES (1)|UPDATE t SET a = 1|DELETE FROM t|REPLACE INTO t VALUES (1)|MERGE INTO t USING s ON a = b|UPSERT INTO t VALUES (1)"
    )]
    [InlineData(
        "CREATE TABLE t (a int)|ALTER TABLE t ADD b int|DROP TABLE t|TRUNCATE t|TRUNCATE TABLE t|RENAME TABLE t TO s|LOAD DATA INFILE 'f' INTO TABLE t"
    )]
    [InlineData("GRANT ALL ON t TO u|REVOKE ALL ON t FROM u|OPTIMIZE TABLE t|REPAIR TABLE t|IMPORT TABLE FROM 'f'|HANDLER t OPEN")]
    [InlineData(
        "SET @a = 1; UPDATE t SET a = @a|SET @a = 1 INSERT INTO t VALUES (1)|DECLARE @a int UPDATE t SET a = 1|SET @a = 1 DELETE FROM t|SET @a = 1 MERGE INTO t USING s ON a = b"
    )]
    [InlineData(
        "IF @a = 1 DROP TABLE t|IF NOT EXISTS (SELECT 1 FROM t) CREATE TABLE t (a int)|IF NOT EXISTS (SELECT 1 FROM t) INSERT INTO t VALUES (1)|IF EXISTS (SELECT 1 FROM t) UPDATE t SET a = 1|IF (@a = 1) TRUNCATE TABLE t"
    )]
    [InlineData(
        "WITH c AS (SELECT 1 FROM s) INSERT INTO t SELECT 1 FROM c|WITH c AS (SELECT 1 FROM s) UPDATE t SET a = 1|WITH c AS (SELECT 1 FROM s) DELETE FROM t|WITH c AS (SELECT 1 FROM s) MERGE INTO t USING c ON a = b"
    )]
    [InlineData(
        "WITH c AS (INSERT INTO t VALUES (1) RETURNING a) SELECT a FROM c|WITH c AS (DELETE FROM t RETURNING a) SELECT a FROM c|WITH c AS (UPDATE t SET a = 1 RETURNING a) SELECT a FROM c"
    )]
    [InlineData(
        "WITH c AS (SELECT 1 FROM s) REPLACE INTO t SELECT 1 FROM c|WITH c AS (REPLACE INTO t VALUES (1) RETURNING a) SELECT a FROM c|WITH c AS (SELECT f(a) FROM s) DELETE FROM t|WITH c AS (SELECT 1 FROM s); DELETE FROM t|WITH c AS (SELECT ((1)) FROM s), d AS (DELETE FROM t RETURNING a) SELECT a FROM d"
    )]
    [InlineData(
        "SELECT a FROM t INSERT INTO u VALUES (1)|SELECT f(1) FROM t INSERT INTO u VALUES (1)|SELECT a FROM t DELETE FROM u|SET @a = (SELECT 1) INSERT INTO t VALUES (1)|DECLARE @a TABLE (b int) DELETE FROM t|SHOW WARNINGS; DELETE FROM t|DESC t; DELETE FROM t|COMMIT; DELETE FROM t|START SLAVE; DELETE FROM t|USE app; DELETE FROM t"
    )]
    [InlineData(
        "/*! DELETE FROM t */|/*M! DELETE FROM t */|/*M!100100 DELETE FROM t */|/*! DELETE /* x */ FROM t */|\uFEFFDELETE FROM t|SELECT `a\\` FROM t; DELETE FROM u|-- a\nDELETE FROM t|# a\nDELETE FROM t|; ;DELETE FROM t;|CREATE t (temporary int)|CALL p(1); DELETE FROM t|order_get; DELETE FROM t"
    )]
    [InlineData(
        "SELECT a INTO s FROM t|SELECT a INTO `s` FROM t|SELECT a FROM t; INSERT INTO t VALUES (1)|INSERT INTO t VALUES (1); SELECT a FROM t"
    )]
    public void It_writes(string texts) => Check(texts, SqlEffect.Write);

    [Theory]
    [InlineData(
        "USE app|DO 1|PREPARE p FROM 'x'|DEALLOCATE PREPARE p|FLUSH TABLES|KILL 5|RESET QUERY CACHE|SAVEPOINT s|RELEASE SAVEPOINT s|LOCK TABLES t READ"
    )]
    [InlineData(
        "UNLOCK TABLES|STOP SLAVE|CHANGE MASTER TO a = 1|PURGE BINARY LOGS|BINLOG 'x'|SIGNAL SQLSTATE '45000'|PRAGMA x|ATTACH 'f' AS a|DETACH a|VACUUM|INSTALL PLUGIN p|UNINSTALL PLUGIN p"
    )]
    [InlineData(
        "CHECK TABLE t|CHECKSUM TABLE t|ANALYZE TABLE t|CACHE INDEX t IN c|XA END 'x'|PRINT 'x'|SHUTDOWN|HELP 'x'|SET NAMES utf8mb4|DECLARE @a int"
    )]
    [InlineData(
        "SELECT NOW()|SELECT SYSDATE()|SELECT CURRENT_TIMESTAMP()|SELECT UTC_TIMESTAMP()|SELECT UTC_DATE()|SELECT CURDATE()|SELECT CURTIME()|SELECT UNIX_TIMESTAMP()|SELECT GETDATE()|SELECT GETUTCDATE()|SELECT SYSUTCDATETIME()"
    )]
    [InlineData(
        "SELECT UUID()|SELECT UUID_SHORT()|SELECT NEWID()|SELECT RAND()|SELECT VERSION()|SELECT SQLITE_VERSION()|SELECT DATABASE()|SELECT SCHEMA()|SELECT USER()|SELECT CURRENT_USER()|SELECT SLEEP(1)|SELECT CONVERT(1, CHAR)|SELECT CAST(1 AS CHAR)|SELECT DATE('x')|SELECT DATETIME('x')"
    )]
    [InlineData(
        "CREATE TEMP TABLE t (a int)|DROP TEMPORARY TABLE t|DROP TEMP TABLE t|ROLLBACK WORK TO SAVEPOINT to|SET @a = (1)|DECLARE @a TABLE (update int)|SET import = 1|SHOW WARNINGS; SHOW ERRORS|SELECT 1; SELECT NOW()"
    )]
    [InlineData(
        "SELECT 1|SELECT 'a', 2|SELECT @a|SELECT a FROM t INTO @x|SELECT a INTO OUTFILE 'f' FROM t|SELECT a INTO DUMPFILE 'f' FROM t|SELECT a INTO #x FROM t|SHOW PROCESSLIST|SHOW VARIABLES LIKE 'x'"
    )]
    public void It_shows_no_state_of_any_table(string texts) => Check(texts, SqlEffect.Nothing);

    [Theory]
    [InlineData("LAST_INSERT_ID|ROW_COUNT|FOUND_ROWS|CONNECTION_ID|GET_LOCK|RELEASE_LOCK|RELEASE_ALL_LOCKS|IS_FREE_LOCK|IS_USED_LOCK")]
    [InlineData("NEXTVAL|LASTVAL|SETVAL|MASTER_POS_WAIT|MASTER_GTID_WAIT|WAIT_FOR_EXECUTED_GTID_SET|WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS")]
    [InlineData("SCOPE_IDENTITY|IDENT_CURRENT|LAST_INSERT_ROWID|PG_ADVISORY_LOCK|PG_ADVISORY_XACT_LOCK|PG_TRY_ADVISORY_LOCK")]
    public void A_function_belongs_to_the_server_that_is_asked_and_a_column_of_its_name_does_not(string functions)
    {
        foreach (var function in functions.Split('|'))
        {
            Check($"SELECT {function}(a)|SELECT a, {function} (1) FROM t|select {function.ToLowerInvariant()}(1)", SqlEffect.PrimaryRead);
            Check($"SELECT {function} FROM t", SqlEffect.ReplicaRead);
        }
    }

    [Theory]
    [InlineData(
        "SELECT a FROM t FOR UPDATE|SELECT a FROM t FOR SHARE|SELECT a FROM t FOR NO KEY UPDATE|SELECT a FROM t FOR KEY SHARE|SELECT a FROM t LOCK IN SHARE MODE|SELECT NEXT VALUE FOR s FROM t"
    )]
    [InlineData(
        "SELECT a FROM t WITH (UPDLOCK)|SELECT a FROM t WITH (XLOCK)|/* maxscale route to master */ SELECT a FROM t|SELECT /* FORCE_MASTER */ a FROM t|/*master*/ SELECT a FROM t|/* master */ SELECT a FROM t|/*@writer*/ SELECT a FROM t"
    )]
    [InlineData(
        "SELECT LAST_INSERT_ID() FROM t LOCK IN SHARE MODE|SELECT @@a, NEXT VALUE FOR s|SELECT GET_LOCK('x', 1), LAST_INSERT_ID()|SELECT @@a FROM t FOR UPDATE|SET @a = 1 SELECT LAST_INSERT_ID()|WITH c AS (SELECT (1) FROM s) SELECT a FROM c FOR UPDATE"
    )]
    [InlineData(
        "BEGIN; SELECT a FROM t|BEGIN; START TRANSACTION; SELECT a FROM t; COMMIT|BEGIN TRANSACTION; SELECT a FROM t|START TRANSACTION; SELECT a FROM t|BEGIN; USE app; SELECT a FROM t|SELECT a FROM t; BEGIN; SELECT b FROM t"
    )]
    [InlineData("SELECT a FROM t; SELECT a FROM t FOR UPDATE|SELECT a FROM t FOR UPDATE; SELECT a FROM t")]
    public void It_reads_on_the_primary(string texts) => Check(texts, SqlEffect.PrimaryRead);

    [Theory]
    [InlineData(
        "SHOW TABLES|SHOW COLUMNS FROM t|SHOW FIELDS FROM t|SHOW INDEX FROM t|SHOW INDEXES FROM t|SHOW KEYS FROM t|SHOW DATABASES|SHOW TABLE STATUS|SHOW CREATE VIEW v"
    )]
    [InlineData(
        "SELECT a FROM t LOCK|SELECT next FROM t|SELECT lock, next, a FROM t|SELECT a FROM t FOR JSON|SELECT a FROM t USE INDEX FOR JOIN (i)|SELECT f(1)"
    )]
    [InlineData("SET @a = 1 SELECT a FROM t|DECLARE @a int SELECT a FROM t|SET @a = (SELECT 1); SELECT a FROM t|IF @a = 1 SELECT a FROM t")]
    [InlineData(
        "VALUES (1), (2)|TABLE t|DESC orders|DESCRIBE orders|EXPLAIN DELETE FROM t|SELECT INSERT(a, 1, 2, 'x') FROM t|SELECT insert, a FROM t|SELECT f(insert INTO) FROM t|SELECT a FROM t WHERE b IN (SELECT c INTO d FROM e)|SELECT a FROM t; COMMIT|START SLAVE; SELECT a FROM t|ROLLBACK; SELECT a FROM t|ROLLBACK TO a; SELECT a FROM t|SELECT a FROM t; BEGIN|BEGIN; COMMIT; SELECT a FROM t|BEGIN; ROLLBACK; SELECT a FROM t"
    )]
    [InlineData(
        "WITH c AS (SELECT update FROM t) SELECT a FROM c|WITH c AS (SELECT 1) SELECT 1|WITH c AS (SELECT 1 FROM s)|WITH c AS (SELECT 1 FROM s); SELECT 1|IF @a = 1 SELECT a FROM t ELSE SELECT b FROM t|IF (@a = 1) SELECT a FROM t|SET @a = (SELECT 1) SELECT a FROM t|SHOW CREATE TABLE t; SHOW WARNINGS"
    )]
    [InlineData(
        "SELECT [a]]; DELETE FROM x] FROM t|SELECT \"a\"\"; DELETE FROM x\" FROM t|SELECT 'a''; DELETE FROM x' FROM t|SELECT \"a\\\"; DELETE FROM x\" FROM t|SELECT `a``; DELETE FROM x` FROM t|SELECT /*!40001 SQL_NO_CACHE */ a FROM t|SELECT a */ FROM t|SELECT a FROM t -- DELETE FROM t|SELECT a FROM t # DELETE FROM t|SELECT a FROM t /* DELETE */ /* FROM t"
    )]
    [InlineData("SELECT 5*/* FOR UPDATE */2 FROM t|/*! SELECT */ 5*/* FOR UPDATE */2 FROM t|VALUES (1)|SELECT a FROM t -- FOR UPDATE")]
    [InlineData("WITH c AS (SELECT 1 FROM s) SELECT a FROM c|WITH c AS (SELECT 1 FROM s), d AS (SELECT 2 FROM s) SELECT a FROM d")]
    public void It_is_a_read_that_a_replica_may_answer(string texts) => Check(texts, SqlEffect.ReplicaRead);

    [Theory]
    [InlineData("Read|Get|List|Search|Find|Count|Exists", SqlEffect.ReplicaRead)]
    [InlineData("Create|Insert|Update|Delete|Save|Set|Add|Remove|Bump", SqlEffect.Write)]
    internal void A_procedures_name_holds_a_verb_as_a_word_of_its_own(string verbs, SqlEffect effect)
    {
        foreach (var verb in verbs.Split('|'))
        {
            string[] alone =
            [
                verb,
                verb.ToLowerInvariant(),
                "order" + verb,
                "order" + verb.ToUpperInvariant(),
                "usp_" + verb + "Order",
                "order_" + verb.ToLowerInvariant() + "_2",
                verb + "_by_id",
                "a." + verb,
            ];
            string[] within = [verb + "ful", "order" + verb.ToLowerInvariant(), "X" + verb.ToUpperInvariant(), verb + "1"];
            Assert.Equal([], alone.Where(name => ProcedureNames.Classify(name) != effect));
            Assert.Equal([], within.Where(name => ProcedureNames.Classify(name) != SqlEffect.Unknown));
        }
    }

    [Theory]
    [InlineData("CALL a(1); CALL b(1)", "a")]
    [InlineData("EXECUTE order_get", "order_get")]
    [InlineData("EXEC order_get 5", "order_get")]
    [InlineData("EXEC order_get; SELECT a FROM t", "order_get")]
    [InlineData("order_get;", "order_get")]
    [InlineData("`order_get`", "order_get")]
    [InlineData("(order_get", "order_get")]
    [InlineData("call `shop`.`order_get`(1)", "order_get")]
    [InlineData("/*! order_get */", "order_get")]
    [InlineData("/*M!100100 order_get */", "order_get")]
    public void A_procedure_is_called_by_its_last_name(string text, string name) =>
        Assert.Equal(new SqlVerdict(SqlEffect.Procedure, name), SqlClassifier.Classify(text));

    [Theory]
    [InlineData("[dbo].[x] something")]
    [InlineData("`order_get` 5")]
    [InlineData("order_get 5")]
    [InlineData("order_get . x y")]
    [InlineData("EXEC @r")]
    [InlineData("EXEC SP_EXECUTESQL @sql")]
    [InlineData("EXECUTE immediate 'x'")]
    [InlineData("EXEC order_\uFFFC")]
    [InlineData("5")]
    [InlineData(";")]
    public void What_may_be_anything_is_unknown(string text) => Assert.Equal(SqlEffect.Unknown, SqlClassifier.Classify(text).Effect);

    [Theory]
    [InlineData("BEGIN TRANSACTION", SqlEffect.BeginTransaction)]
    [InlineData("BEGIN WORK", SqlEffect.BeginTransaction)]
    [InlineData("BEGIN;", SqlEffect.BeginTransaction)]
    [InlineData("END", SqlEffect.EndTransaction)]
    [InlineData("BEGIN; COMMIT", SqlEffect.EndTransaction)]
    [InlineData("START REPLICA", SqlEffect.Nothing)]
    internal void A_transaction_begins_and_ends(string text, SqlEffect effect) => Assert.Equal(effect, SqlClassifier.Classify(text).Effect);

    private static void Check(string texts, SqlEffect effect)
    {
        var wrong = texts
            .Split('|')
            .Where(text => SqlClassifier.Classify(text).Effect != effect)
            .Select(text => $"{text}: {SqlClassifier.Classify(text).Effect}");

        Assert.Equal([], wrong);
    }
}
