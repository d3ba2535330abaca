using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Options;

/// <summary>The options <c>stored_procedures</c> and <c>repository_convention</c>.</summary>
public class ReadOptionTests
{
    [Theory]
    [InlineData("by_name", "db.Query(\"CALL order_get(1)\"); db.Query(\"CALL line_list(1)\");", "MR1001")]
    [InlineData("by_name", "db.Query(\"CALL order_save(1)\"); db.Query(\"CALL line_save(1)\");", null)]
    [InlineData("by_name", "db.Query(\"CALL order_save(1)\"); db.Query(\"CALL line_get(1)\");", "MR1003")]
    [InlineData("read", "db.Query(\"CALL order_save(1)\"); db.Query(\"CALL line_save(1)\");", "MR1001")]
    [InlineData(
        "read",
        "db.Query(\"order_save\", commandType: CommandType.StoredProcedure); db.Query(\"line_save\", commandType: CommandType.StoredProcedure);",
        "MR1001"
    )]
    [InlineData("write", "db.Query(\"CALL order_get(1)\"); db.Query(\"CALL line_get(1)\");", null)]
    [InlineData("write", "db.Query(\"CALL order_get(1)\"); db.Query(\"SELECT a FROM t\");", "MR1003")]
    [InlineData("primary", "db.Query(\"CALL order_get(1)\"); db.Query(\"CALL line_get(1)\");", null)]
    [InlineData("primary", "db.Query(\"CALL order_get(1)\"); db.Query(\"SELECT a FROM t\");", "MR1001")]
    [InlineData("primary", "db.Execute(\"CALL order_get(1)\"); db.Query(\"SELECT a FROM t\");", "MR1003")]
    [InlineData("READ ", "db.Query(\"CALL order_save(1)\"); db.Query(\"CALL line_save(1)\");", "MR1001")]
    [InlineData("nonsense", "db.Query(\"CALL order_get(1)\"); db.Query(\"CALL line_list(1)\");", "MR1001")]
    public Task Stored_procedures(string value, string body, string? rule) =>
        Check($"public void {Marked(rule)}() {{ {body} }}", $"monotonic_reads.stored_procedures = {value}");

    [Theory]
    [InlineData("on", "orders.GetAsync(1); orders.FindLines(1);", true)]
    [InlineData("true", "orders.Get2(); orders.ExistsNow();", true)]
    [InlineData("on", "orders.GetAsync(1);", false)]
    [InlineData("off", "orders.GetAsync(1); orders.FindLines(1);", false)]
    [InlineData(null, "orders.GetAsync(1); orders.FindLines(1);", false)]
    [InlineData("on", "orders.Getter(); orders.Getter();", false)]
    [InlineData("on", "orders.Load(1); orders.Load(2);", false)]
    [InlineData("on", "orders.CountVoid(); orders.CountVoid();", false)]
    [InlineData("on", "other.GetAsync(1); other.GetAsync(2);", false)]
    [InlineData("on", "if (db is null) new Lines(db).Get(); else new Lines(db).Get(); orders.GetAsync(1);", true)]
    [InlineData("off", "if (db is null) new Lines(db).Get(); else new Lines(db).Get(); orders.GetAsync(1);", false)]
    [InlineData("on", "if (db is null) new Lines(db).Get(); else new Lines(db).Get(); orders.Load(1);", false)]
    [InlineData("on", "store.GetAsync(1); dao.GetAsync(2);", true)]
    [InlineData("on", "queries.GetAsync(1); orders.Get2();", true)]
    [InlineData("on", "stored.GetAsync(1); stored.GetAsync(2);", false)]
    [InlineData("on", "made.GetAsync(1); made.GetAsync(2);", false)]
    [InlineData("on", "visible.GetAsync(1); visible.GetAsync(2);", false)]
    public Task Repository_convention(string? value, string body, bool isReported) =>
        ReadRules.Configured<ReadRulesAnalyzer>(
            $"public void {Marked(isReported ? "MR1002" : null)}(IOrderRepository orders, IOrderService other, IVisibleRepository visible, IOrderStore store, IOrderDao dao, IOrderQueries queries, IStoredOrders stored, OrderRepository made) {{ {body} }}",
            value is null ? null : $"monotonic_reads.repository_convention = {value}",
            more: """
            public interface IOrderRepository { Task<int> GetAsync(int id); int Get2(); int FindLines(int id); int ExistsNow(); int Getter(); int Load(int id); void CountVoid(); }
            public class Lines(DbConnection db) { public int Get() => db.QueryFirst<int>("SELECT a FROM t"); }
            public interface IOrderStore { Task<int> GetAsync(int id); }
            public interface IOrderDao { Task<int> GetAsync(int id); }
            public interface IOrderQueries { Task<int> GetAsync(int id); }
            public interface IStoredOrders { Task<int> GetAsync(int id); }
            public abstract class OrderRepository { public abstract Task<int> GetAsync(int id); }
            public interface IOrderService { Task<int> GetAsync(int id); }
            public interface IVisibleRepository { Task<int> GetAsync(int id); }
            class VisibleRepository : IVisibleRepository { public Task<int> GetAsync(int id) => Task.FromResult(id); }
            """
        );

    private static Task Check(string members, string options) => ReadRules.Configured<ReadRulesAnalyzer>(members, options);

    private static string Marked(string? rule) => rule is null ? "M" : $"{{|{rule}:M|}}";
}
