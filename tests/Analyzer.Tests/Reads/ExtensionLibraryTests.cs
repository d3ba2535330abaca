namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>Libraries on top of ADO.NET, by name: what reads, what writes, what holds them together.</summary>
public class ExtensionLibraryTests
{
    [Theory]
    [InlineData("MR1001", "db.Get<Order>(1); db.Get<Order>(2);")]
    [InlineData("MR1001", "await db.GetAsync<Order>(1); await db.GetAllAsync<Order>();")]
    [InlineData("MR1003", "db.Insert(new Order()); db.GetAll<Order>();")]
    [InlineData("MR1003", "db.Update(new Order()); db.Get<Order>(1);")]
    [InlineData("MR1003", "db.Delete(new Order()); db.Get<Order>(1);")]
    [InlineData("MR1003", "db.DeleteAll<Order>(); db.Get<Order>(1);")]
    [InlineData("MR1003", "await db.InsertAsync(new Order()); await db.GetAllAsync<Order>();")]
    [InlineData("MR1003", "using var tx = db.BeginTransaction(); db.Insert(new Order(), tx); tx.Commit(); db.Get<Order>(1);")]
    [InlineData("MR1002", "One(); One(); Order One() => db.Get<Order>(1);")]
    [InlineData(null, "db.Get<Order>(1);")]
    [InlineData(null, "db.Get<Order>(1); db.Insert(new Order());")]
    [InlineData(
        null,
        "using var tx = db.BeginTransaction(); db.Insert(new Order(), tx); db.Get<Order>(1, tx); db.Get<Order>(2, tx); tx.Commit();"
    )]
    [InlineData(null, "shelf.Get<Order>(1); shelf.Get<Order>(2); shelf.Insert(new Order());")]
    public Task Dapper_Contrib(string? rule, string body) => Check("Dapper.Contrib", "Dapper.Contrib.Extensions", rule, body);

    [Theory]
    [InlineData("MR1001", "db.Get<Order>(1); db.GetList<Order>();")]
    [InlineData("MR1001", "db.GetListPaged<Order>(1, 10, \"\", \"\"); db.RecordCount<Order>();")]
    [InlineData("MR1001", "await db.GetAsync<Order>(1); await db.GetAsync<Order>(2);")]
    [InlineData("MR1003", "db.Insert(new Order()); db.Get<Order>(1);")]
    [InlineData("MR1003", "db.Update(new Order()); db.Get<Order>(1);")]
    [InlineData("MR1003", "db.Delete<Order>(1); db.RecordCount<Order>();")]
    [InlineData("MR1003", "await db.DeleteListAsync<Order>(new { }); db.RecordCount<Order>();")]
    [InlineData(null, "db.GetList<Order>(\"where id > 1\");")]
    [InlineData(null, "using var tx = db.BeginTransaction(); db.Update(new Order(), tx); db.Get<Order>(1, tx); tx.Commit();")]
    [InlineData(null, "SimpleCRUD.GetDialect(); SimpleCRUD.GetDialect(); db.Get<Order>(1);")]
    public Task Dapper_SimpleCRUD(string? rule, string body) => Check("Dapper.SimpleCRUD", "Dapper", rule, body);

    [Theory]
    [InlineData("MR1001", "db.Query<Order>(1); db.QueryAll<Order>();")]
    [InlineData("MR1001", "await db.QueryAsync<Order>(1); db.Exists<Order>(1);")]
    [InlineData("MR1001", "db.CountAll<Order>(); db.ExecuteQuery<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1001", "db.ExecuteScalar<int>(\"SELECT 1 FROM t\"); db.ExecuteReader(\"SELECT * FROM t\");")]
    [InlineData("MR1001", "db.EnsureOpen().Query<Order>(1); db.ExecuteQueryMultiple(\"SELECT * FROM t\");")]
    [InlineData("MR1001", "orders.QueryAll(); orders.QueryAll();")]
    [InlineData("MR1003", "orders.Insert(new Order()); orders.QueryAll();")]
    [InlineData("MR1003", "db.Insert(new Order()); db.QueryAll<Order>();")]
    [InlineData("MR1003", "db.InsertAll(new[] { new Order() }); db.QueryAll<Order>();")]
    [InlineData("MR1003", "db.Merge(new Order()); db.QueryAll<Order>();")]
    [InlineData("MR1003", "db.Update(new Order()); db.QueryAll<Order>();")]
    [InlineData("MR1003", "await db.DeleteAsync(new Order()); db.QueryAll<Order>();")]
    [InlineData("MR1003", "db.Truncate<Order>(); db.QueryAll<Order>();")]
    [InlineData("MR1003", "db.ExecuteNonQuery(\"UPDATE t SET a = 1\"); db.QueryAll<Order>();")]
    [InlineData("MR1003", "db.ExecuteScalar<int>(\"order_save\", commandType: CommandType.StoredProcedure); db.QueryAll<Order>();")]
    [InlineData(
        null,
        "using var tx = db.BeginTransaction(); db.Merge(new Order(), tx); db.QueryAll<Order>(tx); db.Query<Order>(1, null, tx); tx.Commit();"
    )]
    [InlineData(null, "db.ExecuteQuery<Order>(\"SELECT * FROM t FOR UPDATE\"); db.ExecuteQuery<Order>(\"SELECT * FROM t FOR UPDATE\");")]
    [InlineData(null, "db.GetDbSetting(); db.GetDbSetting(); db.QueryAll<Order>();")]
    public Task RepoDb(string? rule, string body) => Check("RepoDb", "RepoDb", rule, body, "BaseRepository<Order, IDbConnection> orders");

    [Theory]
    [InlineData("MR1001", "f.Query(\"t\").Where(\"a\", 1).Get<Order>(); f.Query(\"t\").First<Order>();")]
    [InlineData("MR1001", "await f.Query(\"t\").GetAsync<Order>(); f.Query(\"t\").Count<int>();")]
    [InlineData("MR1001", "f.Get<Order>(f.Query(\"t\")); f.Select<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1001", "var page = f.Query(\"t\").Paginate<Order>(1); page.Next();")]
    [InlineData("MR1003", "f.Query(\"t\").Insert(new { }); f.Query(\"t\").First<Order>();")]
    [InlineData("MR1003", "await f.Query(\"t\").UpdateAsync(new { }); f.Query(\"t\").First<Order>();")]
    [InlineData("MR1003", "f.Query(\"t\").Where(\"a\", 1).Delete(); f.Query(\"t\").First<Order>();")]
    [InlineData("MR1003", "f.Statement(\"UPDATE t SET a = 1\"); f.Query(\"t\").First<Order>();")]
    [InlineData(null, "var q = f.Query(\"t\").Where(\"a\", 1).Select(\"b\"); q.Get<Order>();")]
    [InlineData(
        null,
        "using var tx = f.Connection.BeginTransaction(); f.Query(\"t\").Insert(new { }, tx); f.Query(\"t\").First<Order>(tx); f.Query(\"t\").Get<Order>(tx); tx.Commit();"
    )]
    [InlineData(null, "f.Select<Order>(\"SELECT * FROM t FOR UPDATE\"); f.Select<Order>(\"SELECT * FROM t FOR UPDATE\");")]
    public Task SqlKata(string? rule, string body) => Check("SqlKata.Execution", "SqlKata.Execution", rule, body, "QueryFactory f");

    [Theory]
    [InlineData("MR1001", "p.Fetch<Order>(\"SELECT * FROM t\"); p.First<Order>(\"WHERE a = 1\");")]
    [InlineData("MR1001", "p.SingleOrDefault<Order>(1); p.Exists<Order>(1);")]
    [InlineData("MR1001", "p.Fetch<Order>(new Sql(\"SELECT * FROM t\").Where(\"a = 1\")); p.Query<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1001", "await p.FetchAsync<Order>(\"SELECT * FROM t\"); p.ExecuteScalar<int>(\"SELECT 1 FROM t\");")]
    [InlineData("MR1001", "p.FetchProc<Order>(\"order_list\"); p.FetchProc<Order>(\"line_list\");")]
    [InlineData(
        "MR1001",
        "using (var tx = p.GetTransaction()) { p.Exists<Order>(1); tx.Complete(); } p.Exists<Order>(1); p.Exists<Order>(1);"
    )]
    [InlineData("MR1003", "p.Insert(new Order()); p.Exists<Order>(1);")]
    [InlineData("MR1003", "p.Update(new Order()); p.Exists<Order>(1);")]
    [InlineData("MR1003", "p.Delete(new Order()); p.Exists<Order>(1);")]
    [InlineData("MR1003", "p.Save(new Order()); p.Exists<Order>(1);")]
    [InlineData("MR1003", "p.Execute(\"UPDATE t SET a = 1\"); p.Exists<Order>(1);")]
    [InlineData("MR1003", "p.ExecuteNonQueryProc(\"order_save\"); p.Exists<Order>(1);")]
    [InlineData("MR1003", "p.BeginTransaction(); p.Save(new Order()); p.CompleteTransaction(); p.Exists<Order>(1);")]
    [InlineData(null, "p.Fetch<Order>(\"SELECT * FROM t\");")]
    [InlineData(null, "p.IsNew(new Order()); p.Exists<Order>(1);")]
    [InlineData(null, "using var tx = p.GetTransaction(); p.Save(new Order()); p.Exists<Order>(1); p.Exists<Order>(2); tx.Complete();")]
    [InlineData(null, "p.BeginTransaction(); p.Exists<Order>(1); p.Exists<Order>(2); p.AbortTransaction();")]
    [InlineData(null, "p.Fetch<Order>(\"SELECT * FROM t FOR UPDATE\"); p.Fetch<Order>(\"SELECT * FROM t FOR UPDATE\");")]
    public Task PetaPoco(string? rule, string body) => Check("PetaPoco", "PetaPoco", rule, body, "IDatabase p");

    [Theory]
    [InlineData("MR1001", "db.Select<Order>(); db.SingleById<Order>(1);")]
    [InlineData("MR1001", "await db.SingleByIdAsync<Order>(1); db.Count<Order>(o => o.Id > 1);")]
    [InlineData("MR1001", "db.SqlList<Order>(\"SELECT * FROM t\"); db.Exists<Order>(new { });")]
    [InlineData(
        "MR1001",
        "using (var tx = db.OpenTransaction()) { db.Select<Order>(); tx.Commit(); } db.Select<Order>(); db.Select<Order>();"
    )]
    [InlineData("MR1003", "db.Insert(new Order()); db.Select<Order>();")]
    [InlineData("MR1003", "db.Update(new Order()); db.Select<Order>();")]
    [InlineData("MR1003", "db.Save(new Order()); db.Select<Order>();")]
    [InlineData("MR1003", "db.DeleteById<Order>(1); db.Select<Order>();")]
    [InlineData("MR1003", "db.ExecuteSql(\"UPDATE t SET a = 1\"); db.Select<Order>();")]
    [InlineData("MR1003", "db.ExecuteNonQuery(\"UPDATE t SET a = 1\"); db.Select<Order>();")]
    [InlineData("MR1003", "db.CreateTable<Order>(); db.Select<Order>();")]
    [InlineData(null, "var q = db.From<Order>(); db.Select<Order>();")]
    [InlineData(null, "db.Insert(new Order()); db.LastInsertId(); db.GetLastSql();")]
    [InlineData(
        null,
        "using var tx = db.OpenTransaction(); db.Save(new Order()); db.Select<Order>(); db.SingleById<Order>(1); tx.Commit();"
    )]
    [InlineData(null, "db.Select<Order>(\"SELECT * FROM t FOR UPDATE\"); db.Select<Order>(\"SELECT * FROM t FOR UPDATE\");")]
    public Task OrmLite(string? rule, string body) => Check("ServiceStack.OrmLite", "ServiceStack.OrmLite", rule, body);

    [Theory]
    [InlineData("MR1001", "db.QuerySql<Order>(\"SELECT * FROM t\"); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1001", "await db.QuerySqlAsync<Order>(\"SELECT * FROM t\"); db.ExecuteScalarSql<int>(\"SELECT 1 FROM t\");")]
    [InlineData("MR1001", "db.Query<Order>(\"order_list\"); db.Query<Order>(\"line_list\");")]
    [InlineData("MR1001", "db.OpenConnection().QuerySql<Order>(\"SELECT * FROM t\"); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1003", "db.Query<Order>(\"order_save\"); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1003", "db.Execute(\"order_update\"); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1003", "db.ExecuteSql(\"UPDATE t SET a = 1\"); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1003", "db.InsertSql(\"INSERT INTO t VALUES (1)\", new Order()); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData("MR1003", "db.BulkCopy(\"t\", new[] { new Order() }); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData(
        "MR1003",
        "using var c = db.OpenWithTransaction(); c.ExecuteSql(\"UPDATE t SET a = 1\"); c.Commit(); c.QuerySql<Order>(\"SELECT * FROM t\");"
    )]
    [InlineData(
        null,
        "using var c = db.OpenWithTransaction(); c.ExecuteSql(\"UPDATE t SET a = 1\"); c.QuerySql<Order>(\"SELECT * FROM t\"); c.QuerySql<Order>(\"SELECT * FROM t\"); c.Commit();"
    )]
    [InlineData(null, "db.As<IDisposable>(); db.As<IDisposable>(); db.QuerySql<Order>(\"SELECT * FROM t\");")]
    [InlineData(
        null,
        "using var tx = db.BeginTransaction(); db.ExecuteSql(\"UPDATE t SET a = 1\", null, tx); db.QuerySql<Order>(\"SELECT * FROM t\", transaction: tx); tx.Commit();"
    )]
    public Task Insight(string? rule, string body) => Check("Insight.Database", "Insight.Database", rule, body);

    [Theory]
    [InlineData("MR1001", "s.Get<Order>(1); s.Get<Order>(2);")]
    [InlineData("MR1001", "await s.GetAsync<Order>(1); s.Refresh(new Order());")]
    [InlineData("MR1001", "s.Query<Order>().ToList(); s.Query<Order>().Where(o => o.Id > 1).Count();")]
    [InlineData("MR1001", "await s.Query<Order>().ToListAsync(); await s.Query<Order>().CountAsync();")]
    [InlineData(
        "MR1001",
        "s.CreateQuery(\"from Order\").SetParameter(\"a\", 1).List<Order>(); s.CreateCriteria<Order>().SetMaxResults(1).UniqueResult<Order>();"
    )]
    [InlineData("MR1001", "s.QueryOver<Order>().Take(1).List(); s.QueryOver<Order>().RowCount();")]
    [InlineData(
        "MR1001",
        "s.CreateSQLQuery(\"SELECT * FROM t\").AddEntity(typeof(Order)).List<Order>(); await s.CreateQuery(\"from Order\").ListAsync<Order>();"
    )]
    [InlineData("MR1001", "using var other = factory.OpenSession(); other.Get<Order>(1); other.Get<Order>(2);")]
    [InlineData("MR1001", "using (var tx = s.BeginTransaction()) { s.Get<Order>(1); tx.Commit(); } s.Get<Order>(1); s.Get<Order>(2);")]
    [InlineData(
        "MR1001",
        "using (var tx = s.BeginTransaction()) { s.Get<Order>(1); await tx.CommitAsync(); s.Get<Order>(1); s.Get<Order>(2); }"
    )]
    [InlineData("MR1003", "s.Save(new Order()); s.Query<Order>().ToList();")]
    [InlineData("MR1003", "s.SaveOrUpdate(new Order()); s.Get<Order>(1);")]
    [InlineData("MR1003", "s.Delete(new Order()); s.Get<Order>(1);")]
    [InlineData("MR1003", "s.Flush(); s.Get<Order>(1);")]
    [InlineData("MR1003", "s.CreateQuery(\"delete Order\").ExecuteUpdate(); s.Get<Order>(1);")]
    [InlineData("MR1003", "s.Query<Order>().Where(o => o.Id > 1).Delete(); s.Get<Order>(1);")]
    [InlineData("MR1003", "using (var tx = s.BeginTransaction()) { s.Save(new Order()); tx.Commit(); } s.Get<Order>(1);")]
    [InlineData(null, "s.Get<Order>(1);")]
    [InlineData(null, "s.Load<Order>(1); s.Load<Order>(2); s.Evict(new Order()); s.Clear();")]
    [InlineData(null, "s.Get<Order>(1, LockMode.Upgrade); s.Get<Order>(2, LockMode.Upgrade);")]
    [InlineData(null, "var a = s.Query<Order>().ToFuture(); var b = s.CreateQuery(\"from Order\").Future<Order>();")]
    [InlineData(null, "using var tx = s.BeginTransaction(); s.Save(new Order()); s.Get<Order>(1); s.Query<Order>().ToList(); tx.Commit();")]
    [InlineData(
        null,
        "using var tx = s.BeginTransaction(); s.CreateQuery(\"from Order\").List<Order>(); s.CreateCriteria<Order>().List<Order>(); tx.Commit();"
    )]
    [InlineData(
        null,
        "s.CreateSQLQuery(\"SELECT * FROM t FOR UPDATE\").List<Order>(); s.CreateSQLQuery(\"SELECT * FROM t FOR UPDATE\").List<Order>();"
    )]
    [InlineData(null, "s.Query<Order>().ToList(); s.Save(new Order());")]
    public Task NHibernate(string? rule, string body) =>
        Check("NHibernate", "NHibernate; using NHibernate.Linq", rule, body, "ISession s, ISessionFactory factory");

    /// <summary>Bulk loaders write, in the transaction that they were made with.</summary>
    [Theory]
    [InlineData(
        "MR1003",
        "await new MySqlBulkCopy(my) { DestinationTableName = \"t\" }.WriteToServerAsync(rows); my.ExecuteScalar(\"SELECT 1 FROM t\");"
    )]
    [InlineData("MR1003", "var copy = new MySqlBulkCopy(my); copy.WriteToServer(rows); my.ExecuteScalar(\"SELECT 1 FROM t\");")]
    [InlineData("MR1003", "copier.WriteToServer(rows); my.ExecuteScalar(\"SELECT 1 FROM t\");")]
    [InlineData("MR1003", "new MySqlBulkLoader(my) { TableName = \"t\" }.Load(); my.ExecuteScalar(\"SELECT 1 FROM t\");")]
    [InlineData("MR1003", "var loader = new MySqlBulkLoader(my); await loader.LoadAsync(); my.ExecuteScalar(\"SELECT 1 FROM t\");")]
    [InlineData(
        "MR1003",
        "using var tx = my.BeginTransaction(); new MySqlBulkCopy(my, tx).WriteToServer(rows); tx.Commit(); my.ExecuteScalar(\"SELECT 1 FROM t\");"
    )]
    [InlineData(null, "my.ExecuteScalar(\"SELECT 1 FROM t\"); new MySqlBulkCopy(my).WriteToServer(rows);")]
    [InlineData(
        null,
        "using var tx = my.BeginTransaction(); new MySqlBulkCopy(my, tx).WriteToServer(rows); my.ExecuteScalar(\"SELECT 1 FROM t\", transaction: tx); tx.Commit();"
    )]
    [InlineData(
        null,
        "var copy = new MySqlBulkCopy(my) { BulkCopyTimeout = 1 }; copy.ColumnMappings.Clear(); my.ExecuteScalar(\"SELECT 1 FROM t\");"
    )]
    [InlineData(null, "rows.Load(null); rows.WriteXml(\"f\"); my.ExecuteScalar(\"SELECT 1 FROM t\");")]
    public Task Bulk_loaders(string? rule, string body) =>
        ReadRules.Members(
            $$"""
                public async Task {{Name(rule)}}(MySqlConnection my, MySqlBulkCopy copier, DataTable rows) { await Task.Yield(); {{body}} }
            """
        );

    [Theory]
    [InlineData(
        "MR1003",
        "await using var c = await source.OpenConnectionAsync(); new MySqlBulkCopy(other).WriteToServer(rows); c.ExecuteScalar(\"SELECT 1 FROM t\");"
    )]
    [InlineData(
        null,
        "await using var c = await source.OpenConnectionAsync(); new MySqlBulkCopy(c).WriteToServer(rows); c.ExecuteScalar(\"SELECT 1 FROM t\");"
    )]
    public Task On_one_open_connection_a_bulk_loader_and_a_read_share_a_server(string? rule, string body) =>
        ReadRules.Members(
            $$"""
                public async Task {{Name(rule)}}(MySqlConnection other, DataTable rows) { await Task.Yield(); {{body}} }
            """,
            routing: "connection"
        );

    private static Task Check(string library, string space, string? rule, string body, string parameters = "int unused = 0") =>
        ReadRules.Against(
            StandIns.With(library),
            $$"""
            #nullable disable
            using System;
            using System.Collections.Generic;
            using System.Data;
            using System.Linq;
            using System.Threading.Tasks;
            using {{space}};

            public class Order { public int Id { get; set; } }

            public class Shelf { public T Get<T>(int id) => default; public void Insert<T>(T value) { } }

            public class Orders(IDbConnection db, Shelf shelf)
            {
                public async Task {{Name(rule)}}({{parameters}}) { await Task.Yield(); {{body}} }
            }
            """
        );

    private static string Name(string? rule) => rule is null ? "M" : $"{{|{rule}:M|}}";
}
