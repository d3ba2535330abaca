namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>The two <c>routing</c> options: whether one open connection stays on one server.</summary>
public class RoutingTests
{
    [Theory]
    [InlineData("using var c = source.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");")]
    [InlineData("foreach (var id in ids) db.Query(\"SELECT a FROM t\");")]
    [InlineData("using var c = new MySqlConnection(\"\"); c.Open(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();")]
    [InlineData(
        "using var c = source.OpenConnection(); using var k = c.CreateCommand(); k.CommandText = \"SELECT a FROM t\"; k.ExecuteScalar(); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("var c = source.OpenConnectionAsync().Result; c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("var c = Task.FromResult(source.OpenConnection()).Result; c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData(
        "var c = source.OpenConnectionAsync().AsTask().ConfigureAwait(false).GetAwaiter().GetResult(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("using var c = Opened(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("using var k = new MySqlCommand(\"SELECT a FROM t\", source.OpenConnection()); k.ExecuteScalar(); k.ExecuteScalar();")]
    [InlineData(
        "using var c = source.OpenConnection(); using var k = new MySqlCommand(\"SELECT a FROM t\", c); k.ExecuteScalar(); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("kept.Query(\"SELECT a FROM t\"); kept.Query(\"SELECT b FROM t\");")]
    [InlineData("Held.Query(\"SELECT a FROM t\"); Held.Query(\"SELECT b FROM t\");")]
    [InlineData("var c = Opened(); foreach (var id in ids) c.Query(\"SELECT a FROM t\");")]
    [InlineData("using var c = source.OpenConnection(); var same = c; c.Query(\"SELECT a FROM t\"); same.Query(\"SELECT b FROM t\");")]
    public async Task One_open_connection_is_one_unit_under_connection_routing(string body)
    {
        await Check("M", body, "connection");
        await Check("{|MR1001:M|}", body, "statement");
        await Check("{|MR1001:M|}", body, null);
    }

    [Theory]
    [InlineData(
        "using (var c = source.OpenConnection()) c.Query(\"SELECT a FROM t\"); using (var d = source.OpenConnection()) d.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("foreach (var id in ids) { using var c = source.OpenConnection(); c.Query(\"SELECT a FROM t\"); }")]
    [InlineData("using var c = new MySqlConnection(\"\"); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData(
        "using var c = new MySqlConnection(\"\"); c.Open(); c.Query(\"SELECT a FROM t\"); c.Close(); c.Open(); c.Query(\"SELECT b FROM t\");"
    )]
    [InlineData("Fresh.Query(\"SELECT a FROM t\"); Fresh.Query(\"SELECT b FROM t\");")]
    [InlineData("using var c = source.OpenConnection(); c.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");")]
    [InlineData("Fresher.Query(\"SELECT a FROM t\"); Fresher.Query(\"SELECT b FROM t\");")]
    [InlineData("var c = Fresh; c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("var c = source.CreateConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("Opened().Query(\"SELECT a FROM t\"); Opened().Query(\"SELECT b FROM t\");")]
    [InlineData(
        "using var k = new MySqlCommand(\"SELECT a FROM t\", source.OpenConnection()); k.ExecuteScalar(); k.Connection = source.OpenConnection(); k.ExecuteScalar();"
    )]
    [InlineData("kept.Query(\"SELECT a FROM t\"); kept = new MySqlConnection(\"\"); kept.Query(\"SELECT b FROM t\");")]
    [InlineData("foreach (var id in ids) { var c = Opened(); c.Query(\"SELECT a FROM t\"); }")]
    [InlineData("this[0].Query(\"SELECT a FROM t\"); this[1].Query(\"SELECT b FROM t\");")]
    [InlineData("source.CreateCommand(\"SELECT a FROM t\").ExecuteScalar(); source.CreateCommand(\"SELECT b FROM t\").ExecuteScalar();")]
    public async Task Two_connections_are_two_units_under_either(string body)
    {
        await Check("{|MR1001:M|}", body, "connection");
        await Check("{|MR1001:M|}", body, "statement");
    }

    [Theory]
    [InlineData(
        "using var t = one.BeginTransaction(); using var u = two.BeginTransaction(); one.Query(\"SELECT a FROM t\"); two.Query(\"SELECT b FROM t\");",
        "{|MR1001:M|}"
    )]
    [InlineData(
        "using var t = one.BeginTransaction(); using var u = two.BeginTransaction(); one.Query(\"SELECT a FROM t\"); one.Query(\"SELECT b FROM t\");",
        "M"
    )]
    [InlineData(
        "cmd.Transaction = one.BeginTransaction(); cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); cmd.ExecuteScalar();",
        "M"
    )]
    [InlineData(
        "cmd.Transaction = one.BeginTransaction(); cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteScalar(); one.Query(\"SELECT b FROM t\");",
        "{|MR1001:M|}"
    )]
    [InlineData("using var scope = new TransactionScope(); Opened().Query(\"SELECT a FROM t\"); Opened().Query(\"SELECT b FROM t\");", "M")]
    [InlineData("InScope(() => db.Query(\"SELECT a FROM t\")); InScope(() => db.Query(\"SELECT b FROM t\"));", "{|MR1001:M|}")]
    [InlineData("InScope(() => { db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\"); });", "M")]
    [InlineData(
        "using var t = one.BeginTransaction(); var k = one.CreateCommand(); k.Transaction = t; k.CommandText = \"SELECT a FROM t\"; k.ExecuteScalar(); one.Query(\"SELECT b FROM t\", transaction: t);",
        "M"
    )]
    [InlineData(
        "using var t = one.BeginTransaction(); one.Execute(\"UPDATE t SET a = 1\", transaction: t); one.Query(\"SELECT a FROM t\", transaction: t);",
        "M"
    )]
    [InlineData(
        "using var t = one.BeginTransaction(); using var u = two.BeginTransaction(); one.Execute(\"UPDATE t SET a = 1\", transaction: t); two.Query(\"SELECT a FROM t\", transaction: u);",
        "{|MR1003:M|}"
    )]
    public async Task A_transaction_is_a_unit_of_its_own_under_connection_routing(string body, string name)
    {
        await Check(name, "var one = source.OpenConnection(); var two = source.OpenConnection(); " + body, "connection");
        await Check("M", "var one = source.OpenConnection(); var two = source.OpenConnection(); " + body, "statement");
    }

    [Fact]
    public async Task A_type_parameter_is_what_it_is_constrained_to()
    {
        const string member =
            "public void M<T, U>(T c, U d) where T : DbConnection where U : class { c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\"); d.ToString(); }";
        await ReadRules.Members(member, "connection");
        await ReadRules.Members(member.Replace("M<", "{|MR1001:M|}<", StringComparison.Ordinal), "statement");
    }

    [Fact]
    public Task A_transaction_is_a_replica_unit_under_connection_routing() =>
        Check(
            "{|MR1001:M|}",
            "db.Query(\"SELECT b FROM t\"); using var c = source.OpenConnection(); using var tx = c.BeginTransaction(); c.Query(\"SELECT a FROM t\", transaction: tx);",
            "connection"
        );

    private static Task Check(string name, string body, string? routing) =>
        ReadRules.Members(
            $$"""
                private DbConnection Fresh => new MySqlConnection("");
                private DbConnection Fresher { get { return new MySqlConnection(""); } }
                private DbConnection Held => kept ??= new MySqlConnection("");
                private DbConnection kept;
                private extern DbConnection Opened();
                private DbConnection this[int n] => n == 0 ? kept : db;
                private static void InScope(Action run) { using var scope = new TransactionScope(); run(); scope.Complete(); }

                public void {{name}}(int[] ids)
                {
                    {{body}}
                }
            """,
            routing
        );
}
