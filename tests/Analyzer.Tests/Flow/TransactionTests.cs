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
    [InlineData(
        "using var tx = db.BeginTransaction(); cmd.Transaction = (MySqlTransaction)(DbTransaction)tx; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();"
    )]
    [InlineData(
        "using var tx = db.BeginTransaction(); var c = new CommandDefinition(\"SELECT a FROM t\", null, tx); db.Query<int>(c); db.Query<int>(c);"
    )]
    [InlineData("using var scope = new TransactionScope(); " + Out + Out + " scope.Complete();")]
    [InlineData("using (var scope = new TransactionScope(TransactionScopeAsyncFlowOption.Enabled)) { " + Out + Out + " }")]
    [InlineData(
        "using (var scope = new TransactionScope()) { using var c = source.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT a FROM t\"); }"
    )]
    [InlineData("foreach (var id in ids) { if (x) { using var tx = db.BeginTransaction(); " + In + In + " return; } }")]
    [InlineData(
        "using var tx = db.BeginTransaction(); tx.Connection.Query(\"SELECT a FROM t\"); tx.Connection.Query(\"SELECT a FROM t\");"
    )]
    [InlineData(
        "cmd.CommandText = \"START TRANSACTION\"; cmd.ExecuteNonQuery(); db.Execute(\"BEGIN\"); " + Out + Out + " db.Execute(\"COMMIT\");"
    )]
    [InlineData(
        "using var scope = new TransactionScope(); using var c = new MySqlConnection(\"\"); c.Open(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "using var c = new MySqlConnection(\"\"); using var scope = new TransactionScope(); c.Open(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("tx0.Connection.Query(\"SELECT a FROM t\"); tx0.Connection.Query(\"SELECT b FROM t\");")]
    [InlineData("db.BeginTransaction(); " + Out + Out)]
    [InlineData("using var scope = new TransactionScope(TransactionScopeOption.RequiresNew); " + Out + Out)]
    [InlineData("using var outer = new TransactionScope(); using (var inner = new TransactionScope()) { inner.Dispose(); } " + Out + Out)]
    [InlineData("await using var tx = await db.BeginTransactionAsync(); " + In + In)]
    [InlineData(
        "var k = db.CreateCommand(); db.BeginTransaction(); k.CommandText = \"SELECT a FROM t\"; k.ExecuteScalar(); k.ExecuteScalar();"
    )]
    public Task Reads_of_one_transaction_are_quiet(string body) => Check("M", body);

    [Theory]
    [InlineData("using (var tx = db.BeginTransaction()) { " + In + " tx.Commit(); } " + Out)]
    [InlineData("var tx = db.BeginTransaction(); " + In + " tx.Commit(); " + Out)]
    [InlineData(Out + Out + " using var tx = db.BeginTransaction(); " + In)]
    [InlineData("DbTransaction tx = null; " + In + In)]
    [InlineData("if (x) { using var t = db.BeginTransaction(); Work(); } " + Out + Out)]
    [InlineData("using (var scope = new TransactionScope()) { Work(); } " + Out + Out)]
    [InlineData("using var scope = new TransactionScope(TransactionScopeOption.Suppress); " + Out + Out)]
    [InlineData(
        "using var c = source.OpenConnection(); using var scope = new TransactionScope(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT a FROM t\");"
    )]
    [InlineData("db.Query(\"SELECT a FROM t FOR UPDATE\"); " + Out)]
    [InlineData(
        "using var other = source.OpenConnection(); using var tx = db.BeginTransaction(); other.Query(\"SELECT a FROM t\"); other.Query(\"SELECT a FROM t\");"
    )]
    [InlineData("db.Execute(\"BEGIN\"); db.Execute(\"COMMIT\"); " + Out + Out)]
    [InlineData(
        "using var c = new MySqlConnection(\"\"); c.Open(); using var scope = new TransactionScope(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("db.BeginTransaction(); db.Close(); db.Open(); " + Out + Out)]
    [InlineData("await using (var tx = await db.BeginTransactionAsync()) { " + In + " } " + Out)]
    [InlineData("var outer = new TransactionScope(); using (var inner = new TransactionScope()) { } outer.Dispose(); " + Out + Out)]
    [InlineData("db.BeginTransaction(); db.Close(); " + Out + Out)]
    [InlineData("db.BeginTransaction(); db.Open(); " + Out + Out)]
    [InlineData("var tx = db.BeginTransaction(); tx.Rollback(); " + Out + Out)]
    [InlineData("var scope = new TransactionScope(); scope.Dispose(); " + Out + Out)]
    [InlineData("using (new TransactionScope()) { using (new TransactionScope(TransactionScopeOption.Suppress)) { } } " + Out + Out)]
    [InlineData("var k = db.CreateCommand(); k.CommandText = \"SELECT a FROM t\"; k.ExecuteScalar(); k.ExecuteScalar();")]
    public Task Reads_outside_it_are_reported(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("IDbTransaction tx", "M")]
    [InlineData("DbTransaction tx", "M")]
    [InlineData("IDbTransaction tx = null", "{|MR1001:M|}")]
    [InlineData("MySqlTransaction tx = default", "{|MR1001:M|}")]
    public Task An_oblivious_parameter_pins_unless_null_is_its_default(string parameter, string name) =>
        ReadRules.Members($$"""public void {{name}}({{parameter}}) { {{In}} {{In}} }""");

    [Theory]
    [InlineData("var c = new CommandDefinition(\"SELECT a FROM t\", null, tx); db.Query<int>(c); db.Query<int>(c);", "M")]
    [InlineData("var c = new CommandDefinition(\"SELECT a FROM t\", null, null); db.Query<int>(c); db.Query<int>(c);", "{|MR1001:M|}")]
    [InlineData("var c = new CommandDefinition(\"SELECT a FROM t\"); db.Query<int>(c); db.Query<int>(c);", "{|MR1001:M|}")]
    [InlineData("db.Query(\"SELECT a FROM t\", transaction: (IDbTransaction)tx); db.Query(\"SELECT b FROM t\", null, tx);", "M")]
    [InlineData(
        "db.Query(\"SELECT a FROM t\", transaction: null); db.Query(\"SELECT b FROM t\", null, (IDbTransaction)null);",
        "{|MR1001:M|}"
    )]
    [InlineData(
        "db.Query(\"SELECT a FROM t\", transaction: default); db.Query(\"SELECT b FROM t\", null, default(IDbTransaction));",
        "{|MR1001:M|}"
    )]
    [InlineData("cmd.Transaction = tx; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();", "M")]
    [InlineData(
        "((IDbCommand)cmd).Transaction = tx; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();",
        "M"
    )]
    [InlineData(
        "cmd.Transaction = (MySqlTransaction)(object)db; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();",
        "{|MR1001:M|}"
    )]
    [InlineData(
        "cmd.Transaction = (MySqlTransaction)(object)tx; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();",
        "M"
    )]
    [InlineData("cmd.Transaction = null; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();", "{|MR1001:M|}")]
    [InlineData("var k = new MySqlCommand(\"SELECT a FROM t\", null, tx); k.ExecuteScalar(); k.ExecuteScalar();", "M")]
    [InlineData("var k = new MySqlCommand(\"SELECT a FROM t\", null, null); k.ExecuteScalar(); k.ExecuteScalar();", "{|MR1001:M|}")]
    [InlineData("var k = new MySqlCommand(\"SELECT a FROM t\") { Transaction = tx }; k.ExecuteScalar(); k.ExecuteScalar();", "M")]
    public Task A_transaction_pins_the_command_that_it_is_handed_to(string body, string name) =>
        ReadRules.Members($$"""public void {{name}}(MySqlTransaction tx) { {{body}} }""");

    [Theory]
    [InlineData("IDbTransaction tx", "M", "")]
    [InlineData("IDbTransaction? tx", "{|MR1001:M|}", "")]
    [InlineData("IDbTransaction? tx = null", "{|MR1001:M|}", "")]
    [InlineData("IDbTransaction? tx", "M", "if (tx is null) return; ")]
    [InlineData("IDbTransaction? tx", "M", "tx ??= db.BeginTransaction(); ")]
    [InlineData("IDbTransaction? given", "{|MR1001:M|}", "var tx = Find(); ")]
    [InlineData("IDbTransaction given", "M", "var tx = Get(); ")]
    [InlineData("IDbTransaction? given, bool x", "{|MR1001:M|}", "var tx = x ? db.BeginTransaction() : given; ")]
    [InlineData("IDbTransaction given, bool x", "M", "var tx = x ? db.BeginTransaction() : given; ")]
    public Task A_nullable_parameter_pins_only_where_it_is_known_not_to_be_null(string parameter, string name, string before) =>
        ReadRules.Members(
            $$"""
            private static extern IDbTransaction? Find();
            private static extern IDbTransaction Get();
            public void {{name}}({{parameter}}) { {{before}}{{In}} {{In}} }
            """,
            nullable: "enable"
        );

    [Theory]
    [InlineData("IDbTransaction?", "{|MR1001:M|}")]
    [InlineData("IDbTransaction", "M")]
    public Task A_transaction_that_a_call_hands_over_pins_where_it_cannot_be_null(string type, string name) =>
        ReadRules.Members(
            $$"""
            private static extern {{type}} Now();
            public void {{name}}() { db.Query("SELECT a FROM t", transaction: Now()); db.Query("SELECT b FROM t", transaction: Now()); }
            """,
            nullable: "enable"
        );

    [Theory]
    [InlineData("db.Query(\"SELECT a FROM t FOR UPDATE\"); db.Query(\"SELECT b FROM t LOCK IN SHARE MODE\");")]
    [InlineData(Out + " db.Query(\"SELECT a FROM t FOR UPDATE\");")]
    [InlineData(
        "db.ExecuteScalar<int>(\"INSERT INTO t VALUES (1); SELECT LAST_INSERT_ID()\"); db.ExecuteScalar<int>(\"SELECT LAST_INSERT_ID()\");"
    )]
    public Task Reads_of_the_primary_are_never_at_fault_themselves(string body) => Check("M", body);

    [Theory]
    [InlineData("using var c = replicated.Primary.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");", "M")]
    [InlineData(
        "using var c = replicated.Primary.CreateConnection(); c.Open(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");",
        "M"
    )]
    [InlineData("var k = replicated.Primary.CreateCommand(\"SELECT a FROM t\"); k.ExecuteScalar(); k.ExecuteScalar();", "M")]
    [InlineData("var k = replicated.CreateCommand(\"SELECT a FROM t\"); k.ExecuteScalar(); k.ExecuteScalar();", "{|MR1001:M|}")]
    [InlineData(
        "var c = replicated.Primary.OpenConnection(); var k = c.CreateCommand(); k.CommandText = \"SELECT a FROM t\"; k.ExecuteScalar(); k.ExecuteScalar();",
        "M"
    )]
    [InlineData(
        "var c = replicated.Primary.OpenConnection(); c.Query<int>(new CommandDefinition(\"SELECT a FROM t\")); c.Query<int>(new CommandDefinition(\"SELECT b FROM t\"));",
        "M"
    )]
    [InlineData(
        "var p = replicated.Primary; p.OpenConnection().Query(\"SELECT a FROM t\"); p.OpenConnection().Query(\"SELECT b FROM t\");",
        "M"
    )]
    [InlineData("using var c = replicated.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");", "{|MR1001:M|}")]
    [InlineData(
        "using var c = replicated.Primary.OpenConnection(); c.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");",
        "{|MR1001:M|}"
    )]
    public Task A_connection_of_the_primary_reads_there(string body, string name) => Check(name, body);

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                public async Task {{name}}(bool x, int[] ids, MySqlTransaction tx0)
                {
                    await Task.Yield();
                    {{body}}
                }

                private static void Work() { }
            """
        );
}
