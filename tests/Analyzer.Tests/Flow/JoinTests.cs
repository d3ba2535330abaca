namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>Where two paths come together: what either may have done is done, and what only one of them made certain is certain no more.</summary>
public class JoinTests
{
    private const string In = "db.Query(\"SELECT a FROM t\", transaction: tx);";
    private const string A = "db.Query(\"SELECT a FROM t\");";
    private const string B = "db.Query(\"SELECT b FROM t\");";

    // Each line: what both paths make certain, and the same with one path that does not.
    [Theory]
    [InlineData(
        "DbConnection c = x ? replicated.Primary.OpenConnection() : replicated.Primary.CreateConnection();",
        "DbConnection c = x ? replicated.Primary.OpenConnection() : replicated.OpenConnection();",
        "c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData(
        "if (x) cmd.Transaction = tx0; else cmd.Transaction = tx0;",
        "if (x) cmd.Transaction = tx0; else cmd.Transaction = null;",
        "cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();"
    )]
    [InlineData(
        "cmd.Transaction = tx0;",
        "if (x) cmd.Transaction = tx0;",
        "cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();"
    )]
    [InlineData(
        "var k = x ? new MySqlCommand(\"SELECT a FROM t\", null, tx0) : new MySqlCommand(\"SELECT b FROM t\", null, tx0);",
        "var k = x ? new MySqlCommand(\"SELECT a FROM t\", null, tx0) : new MySqlCommand(\"SELECT b FROM t\");",
        "k.ExecuteScalar(); k.ExecuteScalar();"
    )]
    [InlineData(
        "var k = x ? new MySqlCommand(\"save orders\") { CommandType = CommandType.StoredProcedure } : new MySqlCommand(\"save lines\") { CommandType = CommandType.StoredProcedure };",
        "var k = x ? new MySqlCommand(\"save orders\") { CommandType = CommandType.StoredProcedure } : new MySqlCommand(\"save lines\");",
        "k.ExecuteScalar(); k.ExecuteScalar();"
    )]
    [InlineData("db.Execute(x ? \"BEGIN\" : \"START TRANSACTION\");", "db.Execute(x ? \"BEGIN\" : \"COMMIT\");", A + B)]
    [InlineData("var s = ReadSession.Resume(name);", "var s = x ? ReadSession.Resume(name) : null;", A + B)]
    [InlineData(
        "cmd.CommandType = CommandType.StoredProcedure;",
        "if (x) cmd.CommandType = CommandType.StoredProcedure;",
        "cmd.CommandText = \"save orders\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();"
    )]
    [InlineData("var tx = db.BeginTransaction();", "DbTransaction tx = null; if (x) tx = db.BeginTransaction();", In + In)]
    [InlineData(
        "DbTransaction tx; if (x) tx = db.BeginTransaction(); else tx = db.BeginTransaction();",
        "DbTransaction tx; if (x) tx = db.BeginTransaction(); else tx = null;",
        In + In
    )]
    [InlineData("db.BeginTransaction();", "if (x) db.BeginTransaction();", A + B)]
    [InlineData("var tx = db.BeginTransaction(); if (x) Work();", "var tx = db.BeginTransaction(); if (x) tx.Commit();", A + B)]
    [InlineData("var tx = db.BeginTransaction(); if (x) Work();", "var tx = db.BeginTransaction(); if (x) tx.Rollback();", A + B)]
    [InlineData("var tx = db.BeginTransaction(); if (x) Work();", "var tx = db.BeginTransaction(); if (x) tx.Dispose();", A + B)]
    [InlineData("var scope = new TransactionScope(); if (x) Work();", "var scope = new TransactionScope(); if (x) scope.Dispose();", A + B)]
    [InlineData(
        "var s = ReadSession.Begin(ReadConsistency.Monotonic); if (x) Work();",
        "var s = ReadSession.Begin(ReadConsistency.Monotonic); if (x) s.Dispose();",
        A + B
    )]
    [InlineData(
        "var s = ReadSession.Begin(ReadConsistency.Monotonic);",
        "if (x) { var s = ReadSession.Begin(ReadConsistency.Monotonic); }",
        A + B
    )]
    [InlineData(
        "var s = ReadSession.Begin(ReadConsistency.Monotonic);",
        "var s = x ? ReadSession.Begin(ReadConsistency.Monotonic) : null;",
        A + B
    )]
    public async Task A_certainty_of_both_paths_pins_and_one_of_a_single_path_does_not(
        string certain,
        string doubtful,
        string reads,
        string rule = "MR1001"
    )
    {
        await Check("M", certain + reads);
        await Check($"{{|{rule}:M|}}", doubtful + reads);
    }

    [Theory]
    [InlineData("if (x) { " + A + " } if (n > 1) { " + B + " }", "if (x) { " + A + " } else if (n > 1) { " + B + " }", "MR1001")]
    [InlineData("if (x) db.Execute(\"UPDATE t SET a = 1\"); " + A, "if (x) db.Execute(\"UPDATE t SET a = 1\"); else " + A, "MR1003")]
    [InlineData(
        "Action f = x ? () => " + AsRead + " : () => Work(); f(); f();",
        "Action f = x ? () => Work() : () => Work(); f(); f();",
        "MR1001"
    )]
    [InlineData(
        "Action f = () => Work(); if (x) f = () => " + AsRead + "; f(); f();",
        "Action f = () => " + AsRead + "; if (x) f = () => Work(); f();",
        "MR1001"
    )]
    public async Task What_either_path_may_have_done_counts(string met, string apart, string rule)
    {
        await Check($"{{|{rule}:M|}}", met);
        await Check("M", apart);
    }

    private const string AsRead = "db.Query(\"SELECT a FROM t\")";

    // Texts: any of them may be sent; more than can be kept are as good as their common head.
    [Theory]
    [InlineData("var sql = x ? \"DELETE FROM t\" : \"UPDATE t SET a = 1\";", null)]
    [InlineData("var sql = x ? \"DELETE FROM t\" : \"SELECT a FROM t\";", "MR1001|MR1003")]
    [InlineData("var sql = x ? \"DELETE FROM t\" : name;", "MR1001|MR1003")]
    [InlineData("var sql = name; if (x) sql = \"DELETE FROM t\";", "MR1001|MR1003")]
    [InlineData(
        "var sql = \"DELETE FROM t WHERE a = \"; if (x) sql += name; sql += n; if (n > 1) sql += name; if (n > 2) sql += 1; if (n > 3) sql += 2; if (n > 4) sql += 3;",
        null
    )]
    [InlineData(
        "var sql = \"SELECT a FROM t WHERE a = \"; if (x) sql += name; sql += n; if (n > 1) sql += name; if (n > 2) sql += 1; if (n > 3) sql += 2; if (n > 4) sql += 3;",
        "MR1001"
    )]
    [InlineData(
        "string sql; switch (n) { case 1: sql = \"DELETE FROM a\"; break; case 2: sql = \"DELETE FROM b\"; break; case 3: sql = \"DELETE FROM c\"; break; case 4: sql = \"DELETE FROM d\"; break; case 5: sql = \"DELETE FROM e\"; break; case 6: sql = \"DELETE FROM f\"; break; default: sql = \"DELETE FROM g\"; break; }",
        null
    )]
    [InlineData(
        "string sql; switch (n) { case 1: sql = \"SELECT a FROM a\"; break; case 2: sql = \"SELECT a FROM b\"; break; case 3: sql = \"SELECT a FROM c\"; break; case 4: sql = \"SELECT a FROM d\"; break; case 5: sql = \"SELECT a FROM e\"; break; case 6: sql = \"SELECT a FROM f\"; break; default: sql = \"SELECT a FROM g\"; break; }",
        "MR1001"
    )]
    [InlineData(
        "string sql; switch (n) { case 1: sql = \"DELETE FROM a\"; break; case 2: sql = \"DELETE FROM b\"; break; case 3: sql = \"DELETE FROM c\"; break; case 4: sql = \"DELETE FROM d\"; break; case 5: sql = \"DELETE FROM e\"; break; default: sql = \"DELETE FROM f\"; break; } sql += x ? \" WHERE a = 1\" : \" WHERE a = 2\";",
        null
    )]
    [InlineData(
        "string sql; switch (n) { case 1: sql = \"SELECT 1\"; break; case 2: sql = \"SELECT 2\"; break; case 3: sql = \"SELECT 3\"; break; case 4: sql = \"SELECT 4\"; break; case 5: sql = \"SELECT 5\"; break; default: sql = \"SELECT 6\"; break; }",
        null
    )]
    [InlineData("string sql = null; if (x) sql = \"DELETE FROM t\"; else sql = \"DELETE FROM u\";", null)]
    [InlineData("var sql = \"DELETE FROM t\"; if (x) sql = name.Substring(1);", "MR1001|MR1003")]
    public Task A_command_is_every_text_that_it_may_be(string text, string? rules)
    {
        var name = (rules?.Split('|') ?? []).Aggregate("M", (marked, rule) => $"{{|{rule}:{marked}|}}");
        return Check(name, text + " db.ExecuteScalar(sql); db.ExecuteScalar(sql);");
    }

    // Whichever command comes first: of one the text is not known, so that it may be a read; the other writes.
    [Theory]
    [InlineData("x ? cmd : new MySqlCommand(\"DELETE FROM t\")", "{|MR1001:{|MR1003:M|}|}")]
    [InlineData("x ? new MySqlCommand(\"DELETE FROM t\") : cmd", "{|MR1001:{|MR1003:M|}|}")]
    [InlineData("x ? new MySqlCommand(\"DELETE FROM t\") : new MySqlCommand(\"DELETE FROM u\")", "M")]
    [InlineData("x ? cmd : new MySqlCommand(\"SELECT a FROM t\")", "{|MR1001:M|}")]
    public Task One_of_several_commands_sends_any_of_their_texts(string command, string name) =>
        Check(name, "var k = " + command + "; k.ExecuteScalar(); k.ExecuteScalar();");

    [Theory]
    [InlineData("var sql = \"a FROM t\"; foreach (var id in ids) sql = \"SELECT \" + sql;", "{|MR1001:M|}")]
    [InlineData("var sql = \"SELECT a FROM t\"; foreach (var id in ids) sql = sql + \" \";", "{|MR1001:M|}")]
    [InlineData("var sql = \"DELETE FROM t\"; foreach (var id in ids) sql = sql + \" \";", "M")]
    public Task A_text_that_grows_in_a_loop_settles(string text, string name) =>
        Check(name, text + " db.ExecuteScalar(sql); db.ExecuteScalar(sql);");

    // Objects: of one the path is sure; of several it is as sure as of the least sure; too many are as good as unknown.
    [Theory]
    [InlineData(
        "DbConnection c = x ? replicated.Primary.OpenConnection() : n == 1 ? replicated.Primary.OpenConnection() : n == 2 ? replicated.Primary.OpenConnection() : replicated.Primary.OpenConnection();",
        "M"
    )]
    [InlineData(
        "DbConnection c = x ? replicated.Primary.OpenConnection() : n == 1 ? replicated.Primary.OpenConnection() : n == 2 ? replicated.Primary.OpenConnection() : n == 3 ? replicated.Primary.OpenConnection() : replicated.Primary.OpenConnection();",
        "{|MR1001:M|}"
    )]
    public Task Several_connections_are_one_where_all_are_of_the_primary(string connection, string name) =>
        Check(name, connection + " c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");");

    [Theory]
    [InlineData("c.Open();", "M")]
    [InlineData("if (x) c.Open(); else c.Open();", "M")]
    [InlineData("", "{|MR1001:M|}")]
    [InlineData("c.Open(); c.Close();", "{|MR1001:M|}")]
    [InlineData("c.Open(); if (x) c.Close(); else c.Close();", "{|MR1001:M|}")]
    public Task A_connection_is_closed_where_both_paths_left_it_so(string before, string name) =>
        Check(
            name,
            "using var c = new MySqlConnection(\"\"); " + before + " c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");",
            "connection"
        );

    [Theory]
    [InlineData("var c = x ? one : two; c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");", "{|MR1001:M|}")]
    [InlineData("var c = x ? one : one; c.Query(\"SELECT a FROM t\"); one.Query(\"SELECT b FROM t\");", "M")]
    [InlineData(
        "var k = x ? one.CreateCommand() : two.CreateCommand(); k.CommandText = \"SELECT a FROM t\"; k.ExecuteScalar(); k.ExecuteScalar();",
        "{|MR1001:M|}"
    )]
    [InlineData("cmd.Connection = one; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); one.Query(\"SELECT b FROM t\");", "M")]
    [InlineData(
        "cmd.Connection = one; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); two.Query(\"SELECT b FROM t\");",
        "{|MR1001:M|}"
    )]
    [InlineData(
        "cmd.Connection = x ? one : two; cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); one.Query(\"SELECT b FROM t\");",
        "{|MR1001:M|}"
    )]
    [InlineData("using var tx = one.BeginTransaction(); tx.Connection.Query(\"SELECT a FROM t\"); one.Query(\"SELECT b FROM t\");", "M")]
    [InlineData("cmd.Connection = one; cmd.Connection.Query(\"SELECT a FROM t\"); one.Query(\"SELECT b FROM t\");", "M")]
    public Task A_command_goes_through_the_connection_that_it_certainly_has(string body, string name) =>
        Check(name, "var one = source.OpenConnection(); var two = source.OpenConnection(); " + body, "connection");

    [Theory]
    [InlineData("foreach (var id in ids) { using var tx = db.BeginTransaction(); " + In + " tx.Commit(); }", "M", "connection")]
    [InlineData("using var tx = db.BeginTransaction(); foreach (var id in ids) { " + In + " } tx.Commit();", "M")]
    [InlineData(
        "foreach (var id in ids) { using var scope = new TransactionScope(); " + A + " scope.Complete(); }",
        "{|MR1001:M|}",
        "connection"
    )]
    [InlineData("using var scope = new TransactionScope(); foreach (var id in ids) { " + A + " } scope.Complete();", "M")]
    [InlineData("foreach (var id in ids) { using var s = ReadSession.Begin(ReadConsistency.Monotonic); " + A + " }", "{|MR1001:M|}")]
    [InlineData(
        "using var s = ReadSession.Begin(ReadConsistency.Monotonic); foreach (var id in ids) { using var t = ReadSession.Begin(ReadConsistency.Monotonic); "
            + A
            + " }",
        "M"
    )]
    [InlineData(
        "using (ReadSession.Begin(ReadConsistency.Monotonic)) { using (ReadSession.Begin(ReadConsistency.Monotonic)) { "
            + A
            + " } "
            + B
            + " }",
        "M"
    )]
    [InlineData("using (new TransactionScope()) { using (new TransactionScope()) { " + A + " } " + B + " }", "M")]
    public Task A_unit_that_is_made_anew_is_another(string body, string name, string? routing = null) => Check(name, body, routing);

    private static Task Check(string name, string body, string? routing = null) =>
        ReadRules.Members(
            $$"""
                public void {{name}}(bool x, int n, string name, int[] ids, MySqlTransaction tx0)
                {
                    {{body}}
                }

                private static void Work() { }
            """,
            routing
        );
}
