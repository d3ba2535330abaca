using System.Globalization;
using MonotonicReads.Sql;

namespace MonotonicReads.Runtime.Tests.Sql;

public class PlainReadTests
{
    [Theory]
    [InlineData("SELECT 1")]
    [InlineData("select * from orders where id = @id")]
    [InlineData("  \r\n\t( ( SELECT 1 ) UNION (SELECT 2) ) ;")]
    [InlineData("SELECT 1; SELECT 2;; ")]
    [InlineData("-- which order\nSELECT 1")]
    [InlineData("--\nSELECT 1 -- and no more")]
    [InlineData("# which order\nSELECT 1 # no more")]
    [InlineData("/* DELETE FROM t; */ SELECT /*+ MAX_EXECUTION_TIME(100) */ 1 /* it's */")]
    [InlineData("WITH recent AS (SELECT * FROM orders) SELECT * FROM recent")]
    [InlineData("WITH RECURSIVE n AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT * FROM n")]
    [InlineData("SHOW TABLES")]
    [InlineData("EXPLAIN SELECT 1")]
    [InlineData("DESCRIBE orders")]
    [InlineData("DESC orders")]
    [InlineData("VALUES ROW(1), ROW(2)")]
    [InlineData("TABLE orders")]
    [InlineData("SELECT 'FOR UPDATE', \"INTO\", `DELETE`, '; DELETE FROM t', '@@x', 'it''s', 'a\\\\', 'a\\nb'")]
    [InlineData("SELECT 'x\"y', \"x'y\", `x'y`")]
    [InlineData("SELECT REPLACE(name, 'a', 'b'), INSERT(name, 1, 2, 'c'), TRUNCATE(price, 2) FROM t")]
    [InlineData("SELECT t.`update`, t.update, t.into FROM t")]
    [InlineData("SELECT sleep, changes, last_insert_id FROM t")]
    [InlineData("SELECT updated, for_update, into_stock, deleted, locked FROM t")]
    [InlineData("SELECT SUBSTRING(a FROM 1 FOR 2), EXTRACT(YEAR FROM d) FROM t USE INDEX FOR JOIN (i)")]
    [InlineData("SELECT 1.5, .5, 1., 1e5, 1.5e5, 0x1F, 2fa.id FROM 2fa")]
    [InlineData("SELECT a - -1, a-1 FROM t LIMIT 10 OFFSET 5")]
    [InlineData("SELECT * FROM t WHERE a = ? AND b = :b AND c = $c AND d = $1 AND e::text = 'x'")]
    [InlineData("SELECT [Order].[Id] FROM [Order]")]
    [InlineData("SELECT FOUND_ROWS()")]
    [InlineData("SELECT ROW_COUNT(); SHOW WARNINGS")]
    [InlineData("SELECT @id, name FROM größe")]
    [InlineData("SELECT x AS lock_in FROM t ORDER BY next")]
    [InlineData("SELECT 1 WHERE note = 'call me' AND caller = 1")]
    public void Is_proven(string text) => Assert.True(PlainRead.IsProven(text));

    [Theory]
    [InlineData("")]
    [InlineData(" ; ")]
    [InlineData("-- nothing")]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("insert into t values (1) returning id")]
    [InlineData("UPDATE t SET a = 1")]
    [InlineData("DELETE FROM t")]
    [InlineData("REPLACE INTO t VALUES (1)")]
    [InlineData("CALL orders_of(1)")]
    [InlineData("SET @x = 1")]
    [InlineData("BEGIN")]
    [InlineData("DO SLEEP(1)")]
    [InlineData("HANDLER t OPEN")]
    [InlineData("/* SELECT */ DELETE FROM t")]
    [InlineData("SELECT 1; DELETE FROM t")]
    [InlineData("SELECT 1;DELETE FROM t;SELECT 2")]
    [InlineData("SELECT * FROM t FOR UPDATE")]
    [InlineData("SELECT * FROM t for /* x */ update")]
    [InlineData("SELECT * FROM t FOR\nSHARE")]
    [InlineData("SELECT * FROM t FOR NO KEY UPDATE")]
    [InlineData("SELECT * FROM t FOR KEY SHARE")]
    [InlineData("SELECT * FROM t LOCK IN SHARE MODE")]
    [InlineData("(SELECT * FROM t FOR UPDATE) UNION (SELECT 1)")]
    [InlineData("SELECT * FROM t WHERE a = 'x'FOR UPDATE")]
    [InlineData("SELECT * FROM t WHERE a = 1.0FOR UPDATE")]
    [InlineData("SELECT * FROM t WHERE a = 1. FOR UPDATE")]
    [InlineData("SELECT * FROM t WHERE a = 1. FOR SHARE")]
    [InlineData("SELECT * FROM t WHERE a = 1.FOR SHARE")]
    [InlineData("SELECT * FROM t WHERE a = 1e5FOR UPDATE")]
    [InlineData("SELECT * FROM t WHERE a = 1FOR UPDATE")]
    [InlineData("SELECT * INTO OUTFILE 'x.csv' FROM t")]
    [InlineData("SELECT a INTO @x FROM t")]
    [InlineData("TABLE t INTO OUTFILE 'x'")]
    [InlineData("SELECT GET_LOCK('a', 1)")]
    [InlineData("SELECT get_lock ('a', 1)")]
    [InlineData("SELECT GET_LOCK/**/('a', 1)")]
    [InlineData("SELECT RELEASE_LOCK('a')")]
    [InlineData("SELECT LAST_INSERT_ID()")]
    [InlineData("SELECT last_insert_rowid()")]
    [InlineData("SELECT @@last_gtid")]
    [InlineData("SELECT @@global.read_only")]
    [InlineData("SELECT @x := 1")]
    [InlineData("SELECT NEXTVAL(s)")]
    [InlineData("SELECT db.NEXTVAL(s)")]
    [InlineData("SELECT NEXT VALUE FOR s")]
    [InlineData("SELECT PREVIOUS VALUE FOR s")]
    [InlineData("SELECT SLEEP(1)")]
    [InlineData("SELECT pg_advisory_lock(1)")]
    [InlineData("WITH x AS (SELECT 1) DELETE FROM t")]
    [InlineData("WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone")]
    [InlineData("WITH x AS (INSERT INTO t VALUES (1) RETURNING id) SELECT * FROM x")]
    [InlineData("EXPLAIN ANALYZE DELETE FROM t")]
    [InlineData("/*! DELETE FROM t */")]
    [InlineData("SELECT 1 /*!; DELETE FROM t */")]
    [InlineData("SELECT 1 /*M!100100 FOR UPDATE */")]
    [InlineData("SELECT 1 /* open")]
    [InlineData("SELECT 1 /* a /* b */ ; DELETE FROM t -- */")]
    [InlineData("SELECT 'open")]
    [InlineData("SELECT '\\'; DELETE FROM t; -- '")]
    [InlineData("SELECT '\\\\\\'; DELETE FROM t; -- '")]
    [InlineData("SELECT 'a\\', '; DELETE FROM t; -- '")]
    [InlineData("SELECT \"\\\"; DELETE FROM t; -- \"")]
    [InlineData("SELECT 1 --'\n; DELETE FROM t --'")]
    [InlineData("SELECT 1 # '\n; DELETE FROM t # '")]
    [InlineData("SELECT 1 -- \r; DELETE FROM t")]
    [InlineData("SELECT $$ ' $$; DELETE FROM t; SELECT $$ ' $$")]
    [InlineData("SELECT $a$ ' $a$; DELETE FROM t; SELECT $a$ ' $a$")]
    [InlineData("SELECT [a'b]; DELETE FROM t; SELECT [c'd]")]
    [InlineData("SELECT 1 \0; DELETE FROM t")]
    [InlineData("SELECT '\0'")]
    public void Is_not_proven(string text) => Assert.False(PlainRead.IsProven(text));

    /// <summary>They lock, wait, count up, or tell of the primary's connection, in whatever spelling the server takes for the same.</summary>
    [Theory]
    [InlineData("GET_LOCK RELEASE_LOCK RELEASE_ALL_LOCKS IS_FREE_LOCK IS_USED_LOCK")]
    [InlineData("SERVICE_GET_READ_LOCKS SERVICE_GET_WRITE_LOCKS SERVICE_RELEASE_LOCKS VERSION_TOKENS_SET VERSION_TOKENS_LOCK_SHARED")]
    [InlineData("SLEEP BENCHMARK LAST_INSERT_ID NEXTVAL LASTVAL SETVAL LOAD_FILE")]
    [InlineData("MASTER_POS_WAIT SOURCE_POS_WAIT MASTER_GTID_WAIT BINLOG_GTID_POS WAIT_FOR_EXECUTED_GTID_SET")]
    [InlineData("WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS WSREP_SYNC_WAIT_UPTO_GTID GROUP_REPLICATION_SET_AS_PRIMARY")]
    [InlineData("CONNECTION_ID PS_CURRENT_THREAD_ID PS_THREAD_ID")]
    [InlineData("KEYRING_KEY_STORE AUDIT_LOG_ROTATE SET_FIREWALL_MODE LOAD_REWRITE_RULES SPIDER_DIRECT_SQL SYS_EXEC")]
    public void A_function_that_belongs_to_the_primary_does_so_in_every_spelling(string functions)
    {
        string[] spellings =
        [
            "SELECT {0}('a', 1)",
            "select {1} ('a', 1)",
            "SELECT `{0}`('a', 1)",
            "SELECT `{1}` ('a', 1)",
            "SELECT \"{0}\"('a', 1)",
            "SELECT mysql.{0}('a', 1)",
            "SELECT `mysql`.`{0}`('a', 1)",
            "SELECT {0}/* x */('a', 1)",
            "SELECT `{0}`/* x */ ('a', 1)",
            "SELECT {0} -- x\n('a', 1)",
            "SELECT 1 FROM t WHERE a = (SELECT {0}('a', 1))",
            "SELECT 1; SELECT `{0}`('a', 1)",
            "WITH a AS (SELECT {0}('a', 1)) SELECT * FROM a",
            "VALUES ({0}('a', 1))",
            "SHOW TABLES WHERE {0}('a', 1) = 1",
            "EXPLAIN SELECT {0}('a', 1)",
        ];
        var let = functions
            .Split(' ')
            .SelectMany(name => spellings.Select(s => string.Format(CultureInfo.InvariantCulture, s, name, name.ToLowerInvariant())))
            .Where(PlainRead.IsProven);
        Assert.Equal([], let);
    }

    [Theory]
    [InlineData("SELECT s.nextval")]
    [InlineData("SELECT `s`.`nextval` FROM dual")]
    [InlineData("SELECT app . s . currval")]
    [InlineData("SELECT NEXT /* x */ VALUE FOR app.s")]
    [InlineData("SELECT a, (next value for `s`) FROM t")]
    [InlineData("SELECT id FROM information_schema.processlist")]
    [InlineData("SELECT * FROM `performance_schema`.`processlist`")]
    public void What_counts_up_or_lists_a_servers_connections_is_not_proven(string text) => Assert.False(PlainRead.IsProven(text));

    [Theory]
    [InlineData("SELECT ROW_COUNT()")]
    [InlineData("select `row_count` () as n")]
    [InlineData("SELECT FOUND_ROWS() + 1")]
    [InlineData("SHOW WARNINGS")]
    [InlineData("show /* x */ errors limit 1")]
    [InlineData("SHOW COUNT(*) WARNINGS")]
    [InlineData("SELECT @@warning_count, @@session.error_count")]
    [InlineData("SELECT ROW_COUNT(); SHOW WARNINGS;")]
    [InlineData("GET DIAGNOSTICS CONDITION 1 @message = MESSAGE_TEXT")]
    [InlineData("GET CURRENT DIAGNOSTICS @n = ROW_COUNT; SELECT @n")]
    public void What_asks_only_of_the_statement_before_it_is_told_from_the_rest(string text) =>
        Assert.Equal(LastStatementUse.Alone, LastStatement.UseIn(text));

    [Theory]
    [InlineData("SELECT ROW_COUNT(), id FROM t")]
    [InlineData("SELECT FOUND_ROWS(); SELECT id FROM t")]
    [InlineData("SELECT ROW_COUNT(), app.price(1)")]
    [InlineData("SET @n = FOUND_ROWS()")]
    [InlineData("INSERT INTO log SELECT `ROW_COUNT`()")]
    [InlineData("SET @n = @@warning_count")]
    [InlineData("GET DIAGNOSTICS @n = NUMBER; DELETE FROM t")]
    public void What_asks_that_beside_others_too(string text) => Assert.Equal(LastStatementUse.BesideOthers, LastStatement.UseIn(text));

    [Theory]
    [InlineData("SELECT SQL_CALC_FOUND_ROWS id FROM t LIMIT 1; SELECT FOUND_ROWS()")]
    [InlineData("UPDATE t SET a = 1; SELECT ROW_COUNT()")]
    [InlineData("SELECT row_count, found_rows FROM t")]
    [InlineData("SHOW TABLES")]
    [InlineData("SELECT 'SHOW WARNINGS', 'ROW_COUNT()'")]
    [InlineData("SELECT @@global.my_warning_count, @warning_count")]
    [InlineData("")]
    public void What_follows_its_own_text_or_nothing_does_not(string text) =>
        Assert.Equal(LastStatementUse.None, LastStatement.UseIn(text));

    [Fact]
    public void Verdicts_are_kept_by_reference_and_never_mixed_up()
    {
        var cache = new TextVerdictCache();
        var texts = Enumerable.Range(0, 2000).Select(i => i % 3 == 0 ? $"DELETE FROM t{i}" : $"SELECT {i}").ToArray();
        for (var round = 0; round < 3; round++)
        {
            Assert.All(texts, (text, i) => Assert.Equal(i % 3 != 0, cache.Of(text).IsPlainRead));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.True(cache.Of(texts[1999]).IsPlainRead);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
