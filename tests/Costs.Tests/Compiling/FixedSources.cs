using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Costs.Tests.Compiling;

/// <summary>Projects that never change: twelve files with a repository and its callers each, or as many that know no database.</summary>
internal static class FixedSources
{
    public const int Files = 12;

    private static readonly MetadataReference[] Framework = References(static name =>
        name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll"
    );

    private static readonly MetadataReference[] Libraries = References(static name => name is "Dapper.dll" or "MonotonicReads.dll");

    public static CSharpParseOptions Parsing { get; } = new(LanguageVersion.CSharp12);

    public static CSharpCompilation Compilation(Func<int, string> file, bool withLibraries) =>
        CSharpCompilation.Create(
            "Shop",
            Enumerable.Range(0, Files).Select(i => Tree(file(i), i)),
            withLibraries ? [.. Framework, .. Libraries] : Framework,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, concurrentBuild: false)
        );

    public static SyntaxTree Tree(string text, int number) => CSharpSyntaxTree.ParseText(text, Parsing, path: $"File{number}.cs");

    /// <summary>Two of its methods read twice, through the next file's repository too.</summary>
    public static string WithReads(int i) =>
        $$"""
            using System.Collections.Generic; using System.Data.Common; using System.Linq; using System.Threading.Tasks; using Dapper;
            namespace Shop.Part{{i}};
            public record Row(int Id, string Name);
            public interface IOrders{{i}} { Task<Row> GetAsync(int id); Task<IEnumerable<Row>> LinesAsync(int id); Task<int> SaveAsync(Row row); }
            public class Orders{{i}}(DbConnection db) : IOrders{{i}}
            {
                public Task<Row> GetAsync(int id) => db.QuerySingleAsync<Row>("SELECT id, name FROM orders WHERE id = @id", new { id });
                public Task<IEnumerable<Row>> LinesAsync(int id) => db.QueryAsync<Row>("SELECT id, name FROM lines WHERE order_id = @id", new { id });
                public Task<int> SaveAsync(Row row) => db.ExecuteAsync("UPDATE orders SET name = @Name WHERE id = @Id", row);
            }
            public class Pages{{i}}(IOrders{{i}} orders, Shop.Part{{(i + 1) % Files}}.IOrders{{(i + 1) % Files}} others)
            {
                public async Task<int> PageAsync(int id) { var order = await orders.GetAsync(id); var lines = await others.LinesAsync(order.Id); return lines.Count(); }
                public async Task<Shop.Part{{(i + 1)
                % Files}}.Row> ChangeAsync(Row row) { await orders.SaveAsync(row); return await others.GetAsync(row.Id); }
                public async Task<Row> OneAsync(int id) => await orders.GetAsync(id);
                public string Title(Row row) => $"{row.Name.Trim()} ({row.Id})";
            }
            """;

    /// <summary>Nothing of it reads.</summary>
    public static string WithoutReads(int i) =>
        $$"""
            using System; using System.Collections.Generic; using System.Linq;
            namespace Shop.Part{{i}};
            public class Prices{{i}}
            {
                private readonly Dictionary<string, decimal> prices = new();
                public decimal Get(string name) => prices.TryGetValue(name, out var price) ? price : 0m;
                public void Set(string name, decimal price) { if (price < 0) { throw new ArgumentOutOfRangeException(nameof(price)); } prices[name] = price; }
                public decimal Total(IEnumerable<string> names) { var total = 0m; foreach (var name in names) { total += Get(name); } return total; }
                public string[] Cheapest(int count) => prices.OrderBy(p => p.Value).Take(count).Select(p => p.Key).ToArray();
            }
            """;

    /// <summary>An annotated repository, its interface and the rows that it returns.</summary>
    public static string Annotated(int i) =>
        $$"""
            using System.Collections.Generic; using System.Threading.Tasks; using MonotonicReads;
            namespace Shop.Part{{i}};
            public record Order(int Id, string Name);
            public interface IOrders{{i}} { Task<Order?> GetAsync(int id); Task<IReadOnlyList<Order>> ListAsync(int customer); int Count { get; } }
            public sealed class Orders{{i}} : IOrders{{i}}
            {
                [Monotonic] public Task<Order?> GetAsync(int id) => Task.FromResult<Order?>(null);
                [Monotonic] public Task<IReadOnlyList<Order>> ListAsync(int customer) => Task.FromResult<IReadOnlyList<Order>>(new Order[0]);
                public int Count => 1;
            }
            """;

    private static MetadataReference[] References(Func<string, bool> isWanted) =>
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                .Split(Path.PathSeparator)
                .Where(path => isWanted(Path.GetFileName(path)))
                .Select(static path => MetadataReference.CreateFromFile(path)),
        ];
}
