using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Analyzer.Tests.Sql;

public class SqlClassifierTests
{
    [Theory]
    [InlineData("SELECT id FROM orders")]
    [InlineData("  \r\n\t select * from orders")]
    [InlineData("(SELECT 1 FROM a) UNION (SELECT 2 FROM b)")]
    [InlineData("-- all orders\nSELECT * FROM orders")]
    [InlineData("# all orders\nSELECT * FROM orders")]
    [InlineData("SELECT id FROM #Orders")]
    [InlineData("SELECT id FROM dbo.fn(1) #")]
    [InlineData("/* INSERT INTO x */ SELECT * FROM orders")]
    [InlineData("WITH recent AS (SELECT * FROM orders) SELECT * FROM recent")]
    [InlineData("WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n FROM t")]
    [InlineData("SELECT 'FOR UPDATE' FROM orders")]
    [InlineData("SELECT `for update` FROM orders")]
    [InlineData("SELECT \"INSERT INTO x\" FROM orders")]
    [InlineData("SELECT 'it''s; DELETE FROM x' FROM orders")]
    [InlineData(@"SELECT 'a\'; DELETE FROM x' FROM orders")]
    [InlineData("SELECT last_insert_id FROM orders")]
    [InlineData("SELECT REPLACE(name, 'a', 'b') FROM orders")]
    [InlineData("SELECT COUNT(*) FROM orders; SELECT COUNT(*) FROM lines")]
    [InlineData("SET NAMES utf8mb4; SELECT * FROM orders")]
    [InlineData("SHOW TABLES")]
    [InlineData("EXPLAIN SELECT * FROM orders")]
    [InlineData("DESCRIBE orders")]
    [InlineData("TABLE orders")]
    [InlineData("SELECT EXISTS(SELECT 1 FROM orders)")]
    [InlineData("SELECT stock_of(4)")]
    [InlineData("SELECT a FROM t WHERE created > NOW() AND updated_at IS NOT NULL")]
    [InlineData("SELECT * FROM orders_￼ WHERE id = ￼")]
    public void A_plain_query_is_a_replica_read(string text) => Assert.Equal(SqlEffect.ReplicaRead, SqlClassifier.Classify(text).Effect);

    [Theory]
    [InlineData("SELECT * FROM orders WHERE id = 1 FOR UPDATE")]
    [InlineData("SELECT * FROM orders WHERE id = 1 FOR UPDATE SKIP LOCKED")]
    [InlineData("select * from orders for share")]
    [InlineData("SELECT * FROM orders LOCK IN SHARE MODE")]
    [InlineData("SELECT LAST_INSERT_ID()")]
    [InlineData("SELECT LAST_INSERT_ID ( )")]
    [InlineData("SELECT @@server_id")]
    [InlineData("SELECT @@global.gtid_executed")]
    [InlineData("SELECT GET_LOCK('x', 1)")]
    [InlineData("SELECT NEXTVAL(seq)")]
    [InlineData("SELECT NEXT VALUE FOR seq")]
    [InlineData("WITH t AS (SELECT 1) SELECT * FROM orders FOR UPDATE")]
    [InlineData("SELECT * FROM orders -- maxscale route to master")]
    [InlineData("BEGIN; SELECT * FROM orders; COMMIT")]
    public void A_locking_or_session_query_belongs_to_the_primary(string text) =>
        Assert.Equal(SqlEffect.PrimaryRead, SqlClassifier.Classify(text).Effect);

    [Theory]
    [InlineData("INSERT INTO orders VALUES (1)")]
    [InlineData("insert into orders values (1) returning id")]
    [InlineData("INSERT INTO orders VALUES (1); SELECT LAST_INSERT_ID()")]
    [InlineData("UPDATE orders SET n = (SELECT COUNT(*) FROM lines)")]
    [InlineData("DELETE FROM orders")]
    [InlineData("REPLACE INTO orders VALUES (1)")]
    [InlineData("TRUNCATE TABLE orders")]
    [InlineData("CREATE TABLE t (id INT)")]
    [InlineData("/*!50003 DROP TABLE t */")]
    [InlineData("/* note */ -- more\n DELETE FROM t")]
    [InlineData("WITH old AS (SELECT id FROM orders) DELETE FROM orders WHERE id IN (SELECT id FROM old)")]
    [InlineData("WITH gone AS (DELETE FROM orders RETURNING id) SELECT * FROM gone")]
    [InlineData("SELECT * FROM a; UPDATE b SET x = 1")]
    [InlineData("SET NOCOUNT ON INSERT INTO t VALUES (1)")]
    [InlineData("SELECT id INTO archive FROM orders")]
    [InlineData("IF NOT EXISTS (SELECT 1 FROM t) INSERT INTO t VALUES (1)")]
    public void What_changes_data_is_a_write_whatever_it_returns(string text) =>
        Assert.Equal(SqlEffect.Write, SqlClassifier.Classify(text).Effect);

    [Theory]
    [InlineData("SET @a = 1")]
    [InlineData("SET @a = (SELECT MAX(id) FROM orders)")]
    [InlineData("USE shop")]
    [InlineData("SELECT 1")]
    [InlineData("SELECT NOW()")]
    [InlineData("SELECT id INTO @a FROM orders")]
    [InlineData("CREATE TEMPORARY TABLE t (id INT)")]
    [InlineData("SHOW WARNINGS")]
    [InlineData("SAVEPOINT a")]
    [InlineData("ROLLBACK TO SAVEPOINT a")]
    public void What_brings_no_rows_of_a_table_is_nothing(string text) =>
        Assert.Equal(SqlEffect.Nothing, SqlClassifier.Classify(text).Effect);

    [Theory]
    [InlineData("CALL order_get(1)", "order_get")]
    [InlineData("EXEC dbo.Order_Read @id = 1", "Order_Read")]
    [InlineData("EXEC @r = [dbo].[Order_Read]", "Order_Read")]
    [InlineData("order_get", "order_get")]
    [InlineData("shop.order_get", "order_get")]
    [InlineData("[dbo].[User_ReadById]", "User_ReadById")]
    [InlineData("{call order_get(1)}", "order_get")]
    [InlineData("￼.Order_Read", "Order_Read")]
    public void A_call_names_its_procedure(string text, string name) =>
        Assert.Equal(new SqlVerdict(SqlEffect.Procedure, name), SqlClassifier.Classify(text));

    [Theory]
    [InlineData("")]
    [InlineData("￼")]
    [InlineData("￼ ORDER BY id")]
    [InlineData("EXEC sp_executesql @sql")]
    [InlineData("some words that are no sql")]
    [InlineData("'unterminated")]
    [InlineData("/* unterminated")]
    public void What_cannot_be_told_is_unknown(string text) => Assert.Equal(SqlEffect.Unknown, SqlClassifier.Classify(text).Effect);

    [Theory]
    [InlineData("BEGIN", SqlEffect.BeginTransaction)]
    [InlineData("start transaction read only", SqlEffect.BeginTransaction)]
    [InlineData("COMMIT", SqlEffect.EndTransaction)]
    [InlineData("ROLLBACK", SqlEffect.EndTransaction)]
    [InlineData("START SLAVE", SqlEffect.Nothing)]
    internal void Transactions_in_text_are_seen(string text, SqlEffect effect) => Assert.Equal(effect, SqlClassifier.Classify(text).Effect);

    [Theory]
    [InlineData("Order_Read", SqlEffect.ReplicaRead)]
    [InlineData("usp_GetOrders", SqlEffect.ReplicaRead)]
    [InlineData("search_orders", SqlEffect.ReplicaRead)]
    [InlineData("DeletedOrders_List", SqlEffect.ReplicaRead)]
    [InlineData("Order_Create", SqlEffect.Write)]
    [InlineData("Order_UpdateReadAt", SqlEffect.Write)]
    [InlineData("Setup", SqlEffect.Unknown)]
    [InlineData("Getter", SqlEffect.Unknown)]
    internal void A_procedure_is_judged_by_the_first_verb_of_its_name(string name, SqlEffect effect) =>
        Assert.Equal(effect, ProcedureNames.Classify(name));

    [Fact]
    public void No_prefix_of_a_text_makes_the_classifier_fail()
    {
        const string text =
            "WITH a AS (SELECT `x`, 'y\\'' /*! c */ FROM t -- z\n) INSERT INTO [b] EXEC @r = p.q {call s} @@v # e\n FOR UPDATE; IF (";
        for (var length = 0; length <= text.Length; length++)
        {
            SqlClassifier.Classify(text[..length]);
            SqlClassifier.Classify(text[length..]);
        }
    }
}
