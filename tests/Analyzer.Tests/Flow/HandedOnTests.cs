namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>What is known of a connection, a text or a transaction goes with it through the calls that hand it on.</summary>
public class HandedOnTests
{
    // `S` stands for a data source: of the primary, where two reads never meet, and of the replicas, where they do.
    [Theory]
    [InlineData("await S.OpenConnectionAsync()")]
    [InlineData("await S.OpenConnectionAsync().ConfigureAwait(false)")]
    [InlineData("await S.OpenConnectionAsync().AsTask()")]
    [InlineData("S.OpenConnectionAsync().GetAwaiter().GetResult()")]
    [InlineData("await S.OpenConnectionAsync().Preserve()")]
    [InlineData("S.OpenConnectionAsync().Result")]
    [InlineData("S.OpenConnectionAsync().AsTask().Result")]
    [InlineData("await Task.FromResult(S.OpenConnection())")]
    [InlineData("await Task.FromResult(Task.FromResult(S.OpenConnection())).Unwrap()")]
    [InlineData("(DbConnection)(IDbConnection)(S.OpenConnection())")]
    public async Task A_connection_through_its_task(string opened)
    {
        const string reads = " c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");";
        await Check("M", "var c = " + opened.Replace("S.", "replicated.Primary.", StringComparison.Ordinal) + ";" + reads);
        await Check("{|MR1001:M|}", "var c = " + opened.Replace("S.", "replicated.", StringComparison.Ordinal) + ";" + reads);
    }

    // Members that only share a name with those.
    [Theory]
    [InlineData("Preserve(); db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");")]
    [InlineData("var c = FromResult(replicated.Primary.OpenConnection(), 1); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("var c = own.Result(replicated.Primary.OpenConnection()); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("var c = own.Primary.OpenConnection(); c.Query(\"SELECT a FROM t\"); c.Query(\"SELECT b FROM t\");")]
    [InlineData("own.Begin(); db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");")]
    [InlineData("own.Begin(replicated.Primary.OpenConnection()).Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\");")]
    public Task A_connection_through_anything_else_is_another(string body) => Check("{|MR1001:M|}", body);

    [Theory]
    [InlineData("string sql; db.Query(sql = \"T\"); db.Query(sql);")]
    [InlineData("var sql = string.Empty; db.Query(sql += \"T\"); db.Query(sql);", false)]
    [InlineData(
        "var a = new MySqlDataAdapter(); a.SelectCommand = new MySqlCommand(\"T\"); a.InsertCommand = new MySqlCommand(\"SELECT z FROM t\"); a.Fill(new DataTable()); a.Fill(new DataTable());"
    )]
    [InlineData("var a = new MySqlDataAdapter(new MySqlCommand(\"T\")); a.Fill(new DataTable()); a.Fill(new DataTable());")]
    [InlineData("var k = new MySqlCommand(); k.CommandText = \"T\"; k.ExecuteScalar(); k.ExecuteScalar();")]
    [InlineData("var b = new StringBuilder(\"T\"); db.Query(b.ToString()); db.Query(b.ToString());")]
    public async Task A_text_through_what_holds_it(string body, bool keepsWrites = true)
    {
        await Check("{|MR1001:M|}", body.Replace("\"T\"", "\"SELECT a FROM t\"", StringComparison.Ordinal));
        if (keepsWrites)
        {
            await Check("M", body.Replace("\"T\"", "\"SELECT a FROM t FOR UPDATE\"", StringComparison.Ordinal));
        }
    }

    // A transaction pins whatever text it is handed with, one that nothing is known of too.
    [Theory]
    [InlineData("new StringBuilder(\"SELECT a FROM t\").ToString()")]
    [InlineData("db.ToString()")]
    [InlineData("source.ConnectionString")]
    [InlineData("given[0]")]
    [InlineData("unknown")]
    [InlineData("new string('a', 3)")]
    public async Task A_transaction_with_a_text(string text)
    {
        await Check("M", $"db.Query({text}, transaction: tx); db.Query({text}, transaction: tx);");
        await Check("{|MR1001:M|}", $"db.Query({text}, transaction: tx); db.Query({text}, transaction: null);");
    }

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                private readonly string unknown;

                public async Task {{name}}(Own own, string[] given, MySqlTransaction tx)
                {
                    await Task.Yield();
                    {{body}}
                }

                private static void Preserve() { }
                private static DbConnection FromResult(DbConnection c, int n) => null;
                public class Own { public DbConnection Result(DbConnection c) => null; public DbDataSource Primary => null; public void Begin() { } public DbConnection Begin(DbConnection c) => null; }
            """
        );
}
