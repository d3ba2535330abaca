namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>What the text of a command is known to be, wherever and however it was put together.</summary>
public class CommandTextTests
{
    [Theory]
    [InlineData("db.Query(\"SELECT a FROM t\");")]
    [InlineData("db.Query(@\"SELECT a FROM t\");")]
    [InlineData("db.Query($\"SELECT a FROM {name}\");")]
    [InlineData("db.Query($@\"SELECT a FROM {name}\");")]
    [InlineData("db.Query(\"\"\"SELECT a FROM t\"\"\");")]
    [InlineData("db.Query(\"SELECT a \" + \"FROM t\");")]
    [InlineData("db.Query(\"SELECT a FROM \" + name);")]
    [InlineData("db.Query(name);")]
    [InlineData("db.Query(Sql);")]
    [InlineData("db.Query(StaticSql);")]
    [InlineData("const string sql = \"SELECT a FROM t\"; db.Query(sql);")]
    [InlineData("var sql = \"SELECT a FROM t\"; if (x) sql += \" WHERE a = 1\"; db.Query(sql);")]
    [InlineData("var sql = x ? \"SELECT a FROM t\" : \"SELECT b FROM t\"; db.Query(sql);")]
    [InlineData("var sql = \"SELECT a FROM t WHERE 1 = 1\"; foreach (var id in ids) sql += \" OR a = \" + id; db.Query(sql);")]
    [InlineData("var b = new StringBuilder(\"SELECT a FROM t\"); if (x) b.Append(\" WHERE a = 1\"); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(); b.Append(\"SELECT \").Append(name); db.Query(b.ToString());")]
    [InlineData("db.Query(string.Format(\"SELECT a FROM {0}\", name));")]
    [InlineData("db.Query(string.Concat(\"SELECT a FROM \", name));")]
    [InlineData("db.Query(string.Format(CultureInfo.InvariantCulture, \"SELECT a FROM {0}\", name));")]
    [InlineData("db.Query(string.Concat(\"SELECT a FROM \", name, \" WHERE \", name, \" = 1\"));")]
    [InlineData("db.Query(string.Join(\" \", \"SELECT a\", \"FROM t\"));")]
    [InlineData("db.Query(string.Join(\" \", ids));")]
    [InlineData("db.Query(Texts.GetString(\"orders\"));")]
    [InlineData("db.Query(nameof(Order_Read), commandType: CommandType.StoredProcedure);")]
    [InlineData("db.Query($\"[{name}].[Order_Read]\", commandType: CommandType.StoredProcedure);")]
    [InlineData("db.Query(\"Order_Read\");")]
    [InlineData("db.Query<int>(new CommandDefinition(\"SELECT a FROM t\"));")]
    [InlineData("db.Query<int>(new CommandDefinition(\"SELECT a FROM t\", cancellationToken: default));")]
    [InlineData("db.QuerySingleOrDefault<int>(\"SELECT a FROM t\");")]
    [InlineData("db.QueryFirst<int>(\"SELECT a FROM t\");")]
    [InlineData("db.QueryMultiple(\"SELECT a FROM t\");")]
    [InlineData("db.ExecuteScalar<int>(\"SELECT a FROM t\");")]
    [InlineData("db.ExecuteReader(\"SELECT a FROM t\").Dispose();")]
    [InlineData("db.QueryAsync<int>(\"SELECT a FROM t\").Wait();")]
    [InlineData("db.QueryUnbufferedAsync<int>(\"SELECT a FROM t\");")]
    [InlineData("cmd.CommandText = \"SELECT a FROM t\"; cmd.ExecuteReader().Dispose();")]
    [InlineData("cmd.CommandText = \"SELECT a \"; cmd.CommandText += \"FROM t\"; cmd.ExecuteScalar();")]
    [InlineData("new MySqlCommand(\"SELECT a FROM t\").ExecuteScalar();")]
    [InlineData("new MySqlCommand { CommandText = \"SELECT a FROM t\" }.ExecuteScalar();")]
    [InlineData("new MySql.Data.MySqlClient.MySqlCommand(\"SELECT a FROM t\").ExecuteScalar();")]
    [InlineData("IDbCommand c = cmd; c.CommandText = \"SELECT a FROM t\"; c.ExecuteReader();")]
    [InlineData("using var batch = new MySqlBatch(); batch.ExecuteReader();")]
    [InlineData("using var batch = new MySqlBatch(); batch.ExecuteScalar();")]
    [InlineData("await new MySqlBatch().ExecuteReaderAsync();")]
    [InlineData("new MySqlDataAdapter(\"SELECT a FROM t\", new MySqlConnection()).Fill(new DataTable());")]
    [InlineData("new MySqlDataAdapter(new MySqlCommand(\"SELECT a FROM t\")).Fill(new DataSet());")]
    [InlineData("new MySqlDataAdapter(\"SELECT a FROM t\", new MySqlConnection()).FillSchema(new DataTable(), SchemaType.Source);")]
    [InlineData("IDataAdapter adapter = new MySqlDataAdapter(); adapter.Fill(new DataSet());")]
    [InlineData("cmd.CommandText = \"SELECT a FROM t\"; new DataTable().Load(cmd.ExecuteReader());")]
    [InlineData("var b = new StringBuilder(); b.AppendFormat(\"SELECT a FROM {0}\", name); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(\"DELETE FROM t\"); b.Clear(); b.Append(\"SELECT a FROM t\"); db.Query(b.ToString());")]
    [InlineData("await cmd.ExecuteScalarAsync();")]
    [InlineData("db.Query(loose);")]
    [InlineData("db.Query(Settable);")]
    [InlineData("db.Query(Made);")]
    [InlineData("new Orders(null, null, null, null).kept = \"DELETE FROM t\"; db.Query(kept);")]
    [InlineData("new Orders(null, null, null, null).Settable = \"DELETE FROM t\"; db.Query(Settable);")]
    [InlineData("kept = \"DELETE FROM t\"; kept = name; db.Query(kept);")]
    [InlineData("name = \"DELETE FROM t\"; name = name.Substring(1); db.Query(name);")]
    [InlineData("db.Query(x ? \"SELECT a FROM t\" : null);")]
    [InlineData("cmd.CommandText = \"DELETE FROM t\"; Command.ExecuteScalar();")]
    [InlineData("db.Query(string.Format(\"SELECT {0}\", name));")]
    [InlineData("var b = new StringBuilder(); b.AppendFormat(\"SELECT {0}\", name); db.Query(b.ToString());")]
    [InlineData("db.Query<int>(new CommandDefinition(\"save orders\"));")]
    [InlineData("await db.QueryFirstOrDefaultAsync<int>(\"SELECT a FROM t\");")]
    [InlineData("unknown.ExecuteReader();")]
    [InlineData("db.Query(HoleLed);")]
    [InlineData("var sql = \"SELECT a FROM t\"; sql += \" WHERE a = 1\"; db.Query(sql);")]
    [InlineData("Ready().ExecuteScalar();")]
    [InlineData("var b = new StringBuilder(\"SELECT \"); b.AppendJoin(\", \", ids); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(); b.AppendJoin(\" UNION ALL \", name, name); db.Query(b.ToString());")]
    [InlineData("db.Query(string.Join(\" \", new string[] { }));")]
    [InlineData("db.Query(string.Concat(new string[] { }));")]
    [InlineData("db.Query(Led);")]
    [InlineData(
        "var a = new MySqlDataAdapter(\"SELECT a FROM t\", new MySqlConnection()); a.DeleteCommand = new MySqlCommand(\"DELETE FROM t\"); a.Fill(new DataTable());"
    )]
    public Task A_read_is_seen(string read) => Check("{|MR1001:M|}", read + " db.Query(\"SELECT z FROM t\");");

    [Theory]
    [InlineData("db.Query(\"INSERT INTO t VALUES (1) RETURNING id\");")]
    [InlineData("db.ExecuteScalar<int>($\"INSERT INTO {name} VALUES (1)\");")]
    [InlineData("db.ExecuteScalar<int>(\"UPDATE t SET a = (SELECT 1 FROM u)\");")]
    [InlineData("db.Query(Insert);")]
    [InlineData("var sql = \"INSERT INTO t\"; sql += \" SELECT * FROM u\"; db.ExecuteScalar(sql);")]
    [InlineData("var b = new StringBuilder(\"DELETE FROM t\"); b.Append(name); db.Query(b.ToString());")]
    [InlineData("db.Query(\"Order_Create\", commandType: CommandType.StoredProcedure);")]
    [InlineData("db.Query(string.Format(\"DELETE FROM {0}\", name));")]
    [InlineData("db.Query(string.Format(CultureInfo.InvariantCulture, \"DELETE FROM {0}\", name));")]
    [InlineData("db.Query(string.Format(\"DELETE FROM {0} WHERE {1} = {2} OR {3} = 1\", name, 1, 2, 3));")]
    [InlineData("db.Query(string.Concat(\"DELETE FROM \", name));")]
    [InlineData("db.Query(string.Concat(\"DELETE FROM \", name, \" WHERE \", name, \" = 1\"));")]
    [InlineData("db.Query(string.Concat(new[] { \"DELETE \", \"FROM t\" }));")]
    [InlineData("db.Query(string.Join(\" \", \"DELETE FROM\", name));")]
    [InlineData("db.Query(string.Join(' ', \"DELETE\", \"FROM t\"));")]
    [InlineData("db.Query(string.Join(\" \", new object[] { \"DELETE\", name }));")]
    [InlineData("var sql = \"DELETE\"; db.Query(string.Join(\" \", sql, \"FROM\", name));")]
    [InlineData("db.Execute(Texts.GetString(\"orders\"));")]
    [InlineData("using var batch = new MySqlBatch(); batch.ExecuteNonQuery();")]
    [InlineData("new MySqlDataAdapter(\"SELECT a FROM t FOR UPDATE\", new MySqlConnection()).Fill(new DataTable());")]
    [InlineData("new MySqlDataAdapter(new MySqlCommand(\"SELECT a FROM t FOR UPDATE\")).Fill(new DataSet());")]
    [InlineData("new MySqlDataAdapter().Dispose(); new DataTable().Load(new DataTable().CreateDataReader());")]
    [InlineData("const string sql = \"DELETE FROM t\"; db.Query(sql);")]
    [InlineData("db.Query(nameof(Order_Create), commandType: CommandType.StoredProcedure);")]
    [InlineData("var b = new StringBuilder(); b.AppendFormat(\"DELETE FROM {0}\", name); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(); b.AppendLine(\"DELETE\").Append(\"FROM t\"); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(\"SELECT a FROM t\"); b.Clear(); b.Append(\"DELETE FROM t\"); db.Query(b.ToString());")]
    [InlineData("cmd.CommandText = \"SELECT a FROM t\"; await cmd.ExecuteNonQueryAsync(); await cmd.PrepareAsync();")]
    [InlineData("await db.ExecuteAsync(\"SELECT a FROM t\");")]
    [InlineData("var b = new StringBuilder(); b.Append(\"DELETE\").AppendLine().Append(\"FROM t\"); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(100); b.Append(\"DELETE FROM t\"); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(\"DELETE \", 100); b.Append(\"FROM t\"); db.Query(b.ToString());")]
    [InlineData(
        "var b = new StringBuilder(\"DELETE FROM t\"); b.EnsureCapacity(9); b.Replace(\"t\", \"u\").Append(name); db.Query(b.ToString());"
    )]
    [InlineData("var b = new StringBuilder(\"DELETE FROM t\"); b.AppendJoin(\",\", name, name).AppendLine(); db.Query(b.ToString());")]
    [InlineData("cmd.CommandText = \"DELETE \"; cmd.CommandText += \"FROM t\"; cmd.ExecuteScalar();")]
    [InlineData("((IDbCommand)cmd).CommandText = \"DELETE FROM t\"; cmd.ExecuteScalar();")]
    [InlineData("Command.CommandText = \"DELETE FROM t\"; Command.ExecuteScalar();")]
    [InlineData("command.CommandText = \"DELETE FROM t\"; command.ExecuteScalar();")]
    [InlineData("var k = db.CreateCommand(); k.CommandText = \"DELETE FROM t\"; k.ExecuteScalar();")]
    [InlineData("new MySqlCommand { CommandText = \"DELETE FROM t\" }.ExecuteScalar();")]
    [InlineData("new MySqlCommand(\"DELETE FROM t\").ExecuteScalar();")]
    [InlineData("source.CreateCommand(\"DELETE FROM t\").ExecuteScalar();")]
    [InlineData("kept = \"DELETE FROM t\"; db.Query(kept);")]
    [InlineData("this.Settable = \"DELETE FROM t\"; db.Query(Settable);")]
    [InlineData("name = \"DELETE FROM t\"; db.Query(name);")]
    [InlineData("db.Query(tight);")]
    [InlineData("db.Query(Composed);")]
    [InlineData("db.Query(Holed);")]
    [InlineData("db.Query(Given);")]
    [InlineData("db.Query((\"DELETE FROM t\"));")]
    [InlineData("db.Query(x ? \"DELETE FROM t\" : \"UPDATE t SET a = 1\");")]
    [InlineData(
        "var b = new StringBuilder(); b.AppendFormat(CultureInfo.InvariantCulture, \"DELETE FROM {0}\", name); db.Query(b.ToString());"
    )]
    [InlineData("db.Query<int>(new CommandDefinition(\"DELETE FROM t\"));")]
    [InlineData("db.Query<int>(new CommandDefinition(\"save orders\", commandType: CommandType.StoredProcedure));")]
    [InlineData("db.Query(\"save orders\", commandType: CommandType.StoredProcedure);")]
    [InlineData("db.Execute(\"SELECT a FROM t\");")]
    [InlineData("db.Execute(name);")]
    [InlineData("db.Query(\"SELECT 1\");")]
    [InlineData("cmd.CommandText = \"SELECT a FROM t\"; cmd.Prepare();")]
    [InlineData("cmd.CommandText = \"SELECT a FROM t\"; cmd.CommandText = \"INSERT INTO t VALUES (1)\"; cmd.ExecuteScalar();")]
    [InlineData("cmd.CommandText = name; cmd.ExecuteNonQuery();")]
    [InlineData("using var lite = new LocalFile(); lite.Clone();")]
    [InlineData("var sql = \"SELECT a FROM t\"; sql += \" FOR UPDATE\"; db.Query(sql);")]
    [InlineData("var k = new MySqlCommand(); k.CommandText += \"DELETE FROM t\"; k.ExecuteScalar();")]
    [InlineData("var k = db.CreateCommand(); k.CommandText += \"DELETE FROM t\"; k.ExecuteScalar();")]
    [InlineData(
        "var b = new StringBuilder(\"SELECT a FROM t\"); b.AppendFormat(\" WHERE a = {0} FOR UPDATE\", name); db.Query(b.ToString());"
    )]
    [InlineData("var b = new StringBuilder(\"SELECT a FROM t \"); b.AppendLine(\"FOR UPDATE\"); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(); b.AppendLine(\"SELECT a FROM t\").Append(\"FOR UPDATE\"); db.Query(b.ToString());")]
    [InlineData("var b = new StringBuilder(); b.Append(\"SELECT a FROM t\").AppendLine().Append(\"FOR UPDATE\"); db.Query(b.ToString());")]
    [InlineData("db.Query(Blank + \"DELETE FROM t\");")]
    public Task What_is_no_replica_read_is_not_counted(string other) => Check("M", "db.Query(\"SELECT z FROM t\"); " + other);

    [Theory]
    [InlineData("sql.Trim()")]
    [InlineData("sql.TrimStart()")]
    [InlineData("sql.TrimEnd(';')")]
    [InlineData("sql.ToLower()")]
    [InlineData("sql.ToUpper()")]
    [InlineData("sql.ToLowerInvariant()")]
    [InlineData("sql.ToUpperInvariant()")]
    [InlineData("sql.ToString()")]
    [InlineData("sql.Normalize()")]
    [InlineData("sql.ReplaceLineEndings()")]
    [InlineData("sql.Replace(\"t\", name)")]
    [InlineData("string.Intern(sql)")]
    [InlineData("(sql)")]
    [InlineData("(string)(object)sql")]
    [InlineData("$\"{sql} WHERE a = {name}\"")]
    public async Task A_call_that_keeps_a_texts_head_keeps_what_it_does(string text)
    {
        await Check("M", "db.Query(\"SELECT z FROM t\"); var sql = \"DELETE FROM t\"; db.Query(" + text + ");");
        await Check("{|MR1001:M|}", "db.Query(\"SELECT z FROM t\"); var sql = \"SELECT a FROM t\"; db.Query(" + text + ");");
    }

    [Theory]
    [InlineData("sql.Substring(n)")]
    [InlineData("sql.Insert(0, name)")]
    [InlineData("string.Copy(sql)")]
    [InlineData("name + sql")]
    [InlineData("$\"{name} {sql}\"")]
    [InlineData("string.Format(\"{0}\", sql)")]
    [InlineData("string.Format(name, sql)")]
    public Task One_that_does_not_leaves_it_unknown(string text) =>
        Check(
            "{|MR1001:M|}",
            "var n = 1; db.Query(\"SELECT z FROM t\"); var sql = \"DELETE FROM t\"; db.Query("
                + text.Replace("string.Copy(sql)", "new string(sql)", StringComparison.Ordinal)
                + ");"
        );

    [Theory]
    [InlineData("InsertRow")]
    [InlineData("ReadRow")]
    public Task Where_the_text_is_known_it_decides(string name) =>
        ReadRules.Members(
            $$"""public void {|MR1001:{{name}}|}() { cmd.CommandText = "SELECT a FROM t"; cmd.ExecuteScalar(); cmd.ExecuteScalar(); }"""
        );

    [Theory]
    [InlineData("InsertRow", "InsertRow")]
    [InlineData("ReadRow", "{|MR1001:ReadRow|}")]
    [InlineData("Row", "{|MR1001:Row|}")]
    public Task Where_the_text_was_set_elsewhere_the_name_of_the_wrapper_tells_a_write(string _, string name) =>
        ReadRules.Members($$"""public void {{name}}() { cmd.ExecuteScalar(); cmd.ExecuteScalar(); }""");

    [Fact]
    public Task A_command_whose_text_is_replaced_between_two_reads_is_two_reads() =>
        Check(
            "{|MR1001:M|}",
            "cmd.CommandText = \"SELECT COUNT(*) FROM t\"; if ((long)cmd.ExecuteScalar() == 0) return; cmd.CommandText = \"SELECT \" + name + \" FROM t\"; using var r = cmd.ExecuteReader();"
        );

    private static Task Check(string name, string body) =>
        ReadRules.Members(
            $$"""
                private const string Sql = "SELECT a FROM t";
                private static readonly string StaticSql = "SELECT a " + "FROM t";
                private static string Insert => "INSERT INTO t VALUES (1)";
                private static int Order_Read, Order_Create;
                private readonly string tight = "DELETE FROM t";
                private string loose = "DELETE FROM t", kept;
                private MySqlCommand command;
                private MySqlCommand Command { get; }
                private string Settable { get; set; } = "DELETE FROM t";
                private static readonly string Composed = ("DELETE " + ("FROM t"));
                private static string Holed => $"DELETE FROM {Order_Read}";
                private static string Given { get; } = "DELETE FROM t";
                private static string Made { get { return "DELETE FROM t"; } }
                private static extern DbCommand Ready();
                private static string HoleLed => $"{Order_Read} DELETE FROM t";
                private static readonly string Blank = " ";
                private static readonly string Led = Environment.NewLine + "DELETE FROM t";
                private static readonly System.Resources.ResourceManager Texts = null;
                private class LocalFile : IDisposable { public void Dispose() { } public object Clone() => this; }

                public async Task {{name}}(bool x, string name, int[] ids, IDbCommand unknown)
                {
                    await Task.Yield();
                    {{body}}
                }
            """
        );
}
