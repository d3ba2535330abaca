namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>Reads of one transaction reach one server; a transaction that may be absent pins nothing.</summary>
public class TransactionTests
{
    private const string In = "db.Query(\"SELECT a FROM t\", transaction: tx);";
    private const string Out = "db.Query(\"SELECT b FROM t\");";

    [Theory]
    [InlineData("using var tx = db.BeginTransaction(); " + In + In + " tx.Commit();")]
    [InlineData("using (var tx = db.BeginTransaction()) { " + In + In + " tx.Commit(); }")]
    [InlineData("using var tx = db.BeginTransaction(); foreach (var id in ids) { " + In + " }")]
    [InlineData("using var tx = db.BeginTransaction(); " + Out + Out)]
    [InlineData(Out + " using var tx = db.BeginTransaction(); " + In + In)]
    [InlineData("using var tx = db.BeginTransaction(); cmd.Transaction = (MySqlTransaction)(DbTransaction)tx; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();")]
    [InlineData("using var tx = db.BeginTransaction(); var c = new CommandDefinition(\"SELECT a FROM t\", null, tx); db.Query<int>(c); db.Query<int>(c);")]
    [InlineData("using var scope = new TransactionScope(); " + Out + Out + " scope.Complete();")]
    [InlineData("using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)) { " + Out + Out + " }")]
    [InlineData("using (var scope = new TransactionScope()) { using var c = source.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT a FROM t\"); }")]
    [InlineData("foreach (var id in ids) { if (x) { using var tx = db.BeginTransaction(); " + In + In + " return; } }")]
    [InlineData("using var tx = db.BeginTransaction(); tx.Connection.Query(\"SELECT a FROM t\"); tx.Connection.Query(\"SELECT a FROM t\");")]
    [InlineData("cmd.CommandText = \"START TRANSACTION\"; cmd.ExecuteNonQuery(); db.Execute(\"BEGIN\"); " + Out + Out + " db.Execute(\"COMMIT\");")]
    public Task Reads_of_one_transaction_are_quiet(string body) => Check("M", body);

    [Theory]
    [InlineData("using (var tx = db.BeginTransaction()) { " + In + " tx.Commit(); } " + Out)]
    [InlineData("var tx = db.BeginTransaction(); " + In + " tx.Commit(); " + Out)]
    [InlineData(Out + Out + " using var tx = db.BeginTransaction(); " + In)]
    [InlineData("DbTransaction tx = null; " + In + In)]
    [InlineData("if (x) { using var t = db.BeginTransaction(); Work(); } " + Out + Out)]
    [InlineData("using (var scope = new TransactionScope()) { Work(); } " + Out + Out)]
    [InlineData("using var scope = new TransactionScope(TransactionScopeOption.Suppress); " + Out + Out)]
    [InlineData("using var c = source.OpenConnection(); using var scope = new TransactionScope(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT a FROM t\");")]
    [InlineData("db.Query(\"SELECT a FROM t FOR UPDATE\"); " + Out)]
    [InlineData("using var other = source.OpenConnection(); using var tx = db.BeginTransaction(); other.Query(\"SELECT a FROM t\"); other.Query(\"SELECT a FROM t\");")]
    [InlineData("db.Execute(\"BEGIN\"); db.Execute(\"COMMIT\"); " + Out + Out)]
    public Task Reads_outside_it_are_reported(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("IDbTransaction tx", "M")]
    [InlineData("DbTransaction tx", "M")]
    [InlineData("IDbTransaction tx = null", "{|MR1001:M|}")]
    [InlineData("MySqlTransaction tx = default", "{|MR1001:M|}")]
    public Task An_oblivious_parameter_pins_unless_null_is_its_default(string parameter, string name) =>
        ReadRules.Members($$"""public void {{name}}({{parameter}}) { {{In}} {{In}} }""");

    [Theory]
    [InlineData("IDbTransaction tx", "M", "")]
    [InlineData("IDbTransaction? tx", "{|MR1001:M|}", "")]
    [InlineData("IDbTransaction? tx = null", "{|MR1001:M|}", "")]
    [InlineData("IDbTransaction? tx", "M", "if (tx is null) return; ")]
    [InlineData("IDbTransaction? tx", "M", "tx ??= db.BeginTransaction(); ")]
    public Task A_nullable_parameter_pins_only_where_it_is_known_not_to_be_null(string parameter, string name, string before) =>
        ReadRules.Members($$"""public void {{name}}({{parameter}}) { {{before}}{{In}} {{In}} }""", nullable: "enable");

    [Theory]
    [InlineData("db.Query(\"SELECT a FROM t FOR UPDATE\"); db.Query(\"SELECT b FROM t LOCK IN SHARE MODE\");")]
    [InlineData(Out + " db.Query(\"SELECT a FROM t FOR UPDATE\");")]
    [InlineData("db.ExecuteScalar<int>(\"INSERT INTO t VALUES (1); SELECT LAST_INSERT_ID()\"); db.ExecuteScalar<int>(\"SELECT LAST_INSERT_ID()\");")]
    public Task Reads_of_the_primary_are_never_at_fault_themselves(string body) => Check("M", body);

    [Theory]
    [InlineData("using var c = replicated.Primary.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");", "M")]
    [InlineData("using var c = replicated.Primary.CreateConnection(); c.Open(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");", "M")]
    [InlineData("using var c = replicated.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");", "{|MR1001:M|}")]
    [InlineData("using var c = replicated.Primary.OpenConnection(); c.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");", "{|MR1001:M|}")]
    public Task A_connection_of_the_primary_reads_there(string body, string name) => Check(name, body);

    private static Task Check(string name, string body) => ReadRules.Members($$"""
            public void {{name}}(bool x, int[] ids)
            {
                {{body}}
            }

            private static void Work() { }
        """);
}
