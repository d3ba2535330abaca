namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>LINQ to DB, of which the registry has one major version.</summary>
public class Linq2DbTests
{
    [Theory]
    [InlineData("MR1001", "db.GetTable<Order>().ToList(); db.GetTable<Order>().Count();")]
    [InlineData(
        "MR1001",
        "await db.GetTable<Order>().ToListAsync(); await db.GetTable<Order>().Where(o => o.Id > 1).FirstOrDefaultAsync();"
    )]
    [InlineData("MR1001", "foreach (var o in db.GetTable<Order>()) { } db.GetTable<Order>().Any();")]
    [InlineData("MR1001", "db.Query<int>(\"SELECT a FROM t\").ToList(); db.Execute<int>(\"SELECT b FROM t\");")]
    [InlineData("MR1001", "db.QueryProc<int>(\"order_get\"); db.QueryProc<int>(\"line_list\");")]
    [InlineData("MR1001", "table.ToList(); table.First();")]
    [InlineData("MR1003", "db.Insert(new Order()); db.GetTable<Order>().Count();")]
    [InlineData("MR1003", "db.GetTable<Order>().Where(o => o.Id > 1).Delete(); db.GetTable<Order>().Count();")]
    [InlineData("MR1003", "db.GetTable<Order>().Where(o => o.Id > 1).Set(o => o.Id, 1).Update(); db.GetTable<Order>().Count();")]
    [InlineData("MR1003", "await db.InsertWithInt32IdentityAsync(new Order()); await db.GetTable<Order>().CountAsync();")]
    [InlineData("MR1003", "db.Execute(\"UPDATE t SET a = 1\"); db.GetTable<Order>().Count();")]
    [InlineData("MR1003", "db.QueryProc<int>(\"order_save\"); db.GetTable<Order>().Count();")]
    [InlineData("MR1003", "db.CreateTable<Order>(); db.GetTable<Order>().Count();")]
    [InlineData("MR1003", "await db.CreateTableAsync<Order>(); db.GetTable<Order>().Count();")]
    [InlineData(
        "MR1001",
        "using (var tx = db.BeginTransaction()) { db.GetTable<Order>().Count(); tx.Commit(); } db.GetTable<Order>().Count();"
    )]
    [InlineData("MR1001", "db.BeginTransaction(); db.GetTable<Order>().Count(); db.CommitTransaction(); db.GetTable<Order>().Count();")]
    [InlineData(
        "MR1001",
        "var context = new DataContext(); var tx = context.BeginTransaction(); context.GetTable<Order>().Count(); tx.CommitTransaction(); context.GetTable<Order>().Count();"
    )]
    public Task At_fault(string rule, string body) => Check($"{{|{rule}:M|}}", body);

    [Theory]
    [InlineData("db.GetTable<Order>().ToList();")]
    [InlineData("var q = db.GetTable<Order>().Where(o => o.Id > 1); q.OrderBy(o => o.Id).ToList();")]
    [InlineData("using var tx = db.BeginTransaction(); db.GetTable<Order>().ToList(); db.GetTable<Order>().Count(); tx.Commit();")]
    [InlineData("db.GetTable<Order>().ToList(); db.Insert(new Order());")]
    [InlineData("var orders = db.GetTable<Order>().ToList(); orders.First(); orders.Count();")]
    [InlineData("var m = table.Merge().Using(new[] { new Order() }).OnTargetKey().InsertWhenNotMatched(); table.Count();")]
    [InlineData("db.BeginTransaction(); db.GetTable<Order>().Count(); db.GetTable<Order>().Count(); db.CommitTransaction();")]
    [InlineData(
        "var context = new DataContext(); var tx = context.BeginTransaction(); context.GetTable<Order>().Count(); context.GetTable<Order>().Count(); tx.CommitTransaction();"
    )]
    [InlineData("db.GetTable<Order>().Count(); db.CreateTable<Order>();")]
    public Task Quiet(string body) => Check("M", body);

    /// <summary>Before major version 6 a connection handed out its tables itself.</summary>
    [Fact]
    public Task An_older_version_has_its_tables_as_members() =>
        ReadRules.Against(
            ReadRules.References,
            """
            #nullable disable
            using System;
            using System.Linq;
            using LinqToDB;

            namespace LinqToDB
            {
                public interface IDataContext { }
                public interface ITable<T> : IQueryable<T> { }
                public abstract class DataConnection : IDataContext { public abstract ITable<T> GetTable<T>(); public abstract IDisposable BeginTransaction(); }
            }

            public class Orders(DataConnection db, DataConnection other)
            {
                public void {|MR1001:Met|}() { db.GetTable<string>().Count(); db.GetTable<string>().First(); }
                public void InTransaction() { using var tx = db.BeginTransaction(); db.GetTable<string>().Count(); db.GetTable<string>().First(); }
                public void {|MR1001:InAnother|}() { using var tx = db.BeginTransaction(); other.GetTable<string>().Count(); db.GetTable<string>().First(); other.GetTable<string>().First(); }
            }
            """
        );

    private static Task Check(string name, string body) =>
        ReadRules.Against(
            Packages.With(("linq2db", "6.5.1")),
            $$"""
            #nullable disable
            using System;
            using System.Collections.Generic;
            using System.Linq;
            using System.Threading.Tasks;
            using LinqToDB;
            using LinqToDB.Async;
            using LinqToDB.Data;

            public class Order { public int Id { get; set; } }

            public class Orders(DataConnection db, ITable<Order> table)
            {
                public async Task {{name}}() { await Task.Yield(); {{body}} }
            }
            """
        );
}
