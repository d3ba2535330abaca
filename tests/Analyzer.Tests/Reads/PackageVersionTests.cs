using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>Dapper, Dapper.AOT and MySql.Data in the oldest and newest versions that can be had.</summary>
public class PackageVersionTests
{
    public static TheoryData<string, string> Drivers =>
        new()
        {
            { "6.9.12", "MySql.Data.MySqlClient" },
            { "8.0.19", "MySql.Data.MySqlClient" },
            { "26.10.0", "MySql.Data.MySqlClient" },
        };

    [Theory]
    [MemberData(nameof(Drivers))]
    public Task MySql_Data(string version, string space) =>
        ReadRules.Against(
            Packages
                .With(("MySql.Data", version))
                .RemoveAll(static r => Path.GetFileName(r.Display) is "Dapper.dll" or "MySqlConnector.dll"),
            $$"""
            using System.Data;
            using {{space}};

            public class Orders(MySqlConnection db, string text)
            {
                public void {|MR1001:Commands|}() { using var a = new MySqlCommand("SELECT a FROM t", db); a.ExecuteScalar(); a.ExecuteReader(); }
                public void {|MR1003:Written|}() { new MySqlCommand("DELETE FROM t", db).ExecuteNonQuery(); new MySqlCommand("SELECT a FROM t", db).ExecuteScalar(); }
                public void {|MR1001:Helper|}() { MySqlHelper.ExecuteScalar(text, "SELECT a FROM t"); MySqlHelper.ExecuteDataset(text, "SELECT b FROM t"); }
                public void {|MR1001:HelperOnConnection|}() { MySqlHelper.ExecuteReader(db.ConnectionString, "SELECT a FROM t"); MySqlHelper.ExecuteDataset(db, "SELECT b FROM t"); }
                public void {|MR1003:HelperWritten|}() { MySqlHelper.ExecuteNonQuery(db, "DELETE FROM t"); MySqlHelper.ExecuteDataset(db, "SELECT b FROM t"); }
                public void {|MR1003:HelperUpdates|}(DataSet set) { MySqlHelper.UpdateDataSet(text, "SELECT a FROM t", set, "t"); MySqlHelper.ExecuteDataset(db, "SELECT b FROM t"); }
                public void {|MR1001:Adapter|}(DataTable a, DataSet b) { new MySqlDataAdapter("SELECT a FROM t", db).Fill(a); new MySqlDataAdapter(new MySqlCommand("SELECT a FROM t", db)).Fill(b); }
                public void {|MR1001:Selected|}(DataTable a, DataTable b) { var f = new MySqlDataAdapter(); f.SelectCommand = new MySqlCommand("SELECT a FROM t", db); f.Fill(a); f.Fill(b); }
                public void SelectedLocked(DataTable a, DataTable b) { var f = new MySqlDataAdapter(); f.SelectCommand = new MySqlCommand("SELECT a FROM t FOR UPDATE", db); f.Fill(a); f.Fill(b); }
                public void Loaded(DataTable a, DataSet b) { using var reader = new MySqlCommand("SELECT a FROM t", db).ExecuteReader(); a.Load(reader); b.Load(reader, LoadOption.Upsert, "t"); }
                public void One(DataTable a) { new MySqlDataAdapter("SELECT a FROM t", db).Fill(a); }
                public void HelperOnce() { MySqlHelper.ExecuteScalar(text, "SELECT a FROM t"); MySqlHelper.ExecuteNonQuery(db, "DELETE FROM t"); }
                public void Locked() { MySqlHelper.ExecuteScalar(text, "SELECT a FROM t FOR UPDATE"); MySqlHelper.ExecuteScalar(text, "SELECT b FROM t FOR UPDATE"); }
            }
            """
        );

    [Theory]
    [InlineData("2.0.35")]
    [InlineData("2.1.86")]
    public Task Dapper(string version) => ReadRules.Against(Packages.With(("Dapper", version)), DapperSource);

    [Fact]
    public Task Dapper_AOT_changes_no_call() =>
        ReadRules.Against(
            Packages.With(("Dapper.AOT", "1.1.0")),
            DapperSource.Replace("public class Orders", "[module: DapperAot]\npublic class Orders", StringComparison.Ordinal)
        );

    private const string DapperSource = """
        using System.Data.Common;
        using System.Threading.Tasks;
        using Dapper;

        public class Orders(DbConnection db)
        {
            public async Task {|MR1001:M|}() { await db.QueryAsync<int>("SELECT a FROM t"); await db.ExecuteScalarAsync<int>(new CommandDefinition("SELECT a FROM t")); }
            public void {|MR1001:N|}() { db.QueryFirst<int>("SELECT a FROM t"); db.QueryMultiple("SELECT a FROM t; SELECT b FROM t"); }
            public void {|MR1003:W|}() { db.Execute("DELETE FROM t"); db.ExecuteReader("SELECT a FROM t"); }
            public void One() { using var rows = db.QueryMultiple("SELECT a FROM t; SELECT b FROM t"); rows.Read<int>(); rows.Read<int>(); }
        }
        """;
}
