using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>Projects of any size, made up of two kinds of files: repositories with their services, and code that has nothing to do with a database.</summary>
internal static class SyntheticProject
{
    /// <summary>The methods in one file of either kind.</summary>
    public const int MethodsPerFile = 10;

    private static readonly string[] Assemblies = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);

    private static MetadataReference[] Framework { get; } =
    [
        .. Assemblies
            .Where(static path =>
                Path.GetFileName(path) is var name
                && (name.StartsWith("System.", StringComparison.Ordinal) || name is "netstandard.dll" or "mscorlib.dll")
            )
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    private static MetadataReference[] Libraries { get; } =
    [
        .. Assemblies
            .Where(static path => Path.GetFileName(path) is "Dapper.dll" or "MySqlConnector.dll" or "MonotonicReads.dll")
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    /// <summary>Source texts as they lie on the disk: each measurement parses its own trees.</summary>
    /// <param name="files">How many.</param>
    /// <param name="dataEvery">Each so many one reads through Dapper; 0 for none.</param>
    public static SourceText[] Texts(int files, int dataEvery) =>
        [
            .. Enumerable
                .Range(0, files)
                .Select(i =>
                    SourceText.From(
                        dataEvery > 0 && i % dataEvery == 0 ? DataFile(i, (i + dataEvery) % files / dataEvery * dataEvery) : PlainFile(i)
                    )
                ),
        ];

    /// <summary>A compilation of fresh trees, as if nobody had looked at them before.</summary>
    /// <param name="texts">The files.</param>
    /// <param name="withLibraries">Whether Dapper, MySqlConnector and MonotonicReads are referenced.</param>
    /// <param name="enabled">Rules that are switched on.</param>
    public static CSharpCompilation Compilation(IEnumerable<SourceText> texts, bool withLibraries, params string[] enabled) =>
        CSharpCompilation.Create(
            "Project",
            texts.Select(static (text, i) => CSharpSyntaxTree.ParseText(text, path: $"File{i}.cs")),
            withLibraries ? [.. Framework, .. Libraries] : Framework,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                concurrentBuild: false,
                specificDiagnosticOptions: enabled.Select(static id => KeyValuePair.Create(id, ReportDiagnostic.Warn))
            )
        );

    /// <summary>A repository with its interface, and a service that calls two: two of the service's methods are at fault.</summary>
    public static string DataFile(int i, int other, string literal = "0") =>
        $$"""
            using System.Collections.Generic; using System.Data.Common; using System.Linq; using System.Threading.Tasks; using Dapper;
            namespace Project.Part{{i}};
            public record Row(int Id, string Name);
            public interface IOrders{{i}} { Task<Row> GetAsync(int id); Task<IEnumerable<Row>> LinesAsync(int id); Task<int> SaveAsync(Row row); }
            public class Orders{{i}}(DbConnection db) : IOrders{{i}}
            {
                public Task<Row> GetAsync(int id) => db.QuerySingleAsync<Row>("SELECT id, name FROM orders WHERE id = @id AND {{literal}} = {{literal}}", new { id });
                public Task<IEnumerable<Row>> LinesAsync(int id) => db.QueryAsync<Row>("SELECT id, name FROM lines WHERE order_id = @id", new { id });
                public Task<int> SaveAsync(Row row) => db.ExecuteAsync("UPDATE orders SET name = @Name WHERE id = @Id", row);
            }
            public class Pages{{i}}(IOrders{{i}} orders, Project.Part{{other}}.IOrders{{other}} others)
            {
                public async Task<int> PageAsync(int id) { var order = await orders.GetAsync(id); var lines = await others.LinesAsync(order.Id); return lines.Count() + {{literal}}; }
                public async Task<Project.Part{{other}}.Row> ChangeAsync(Row row) { await orders.SaveAsync(row); return await others.GetAsync(row.Id); }
                public async Task<Row> OneAsync(int id) => await orders.GetAsync(id + {{literal}});
                public string Title(Row row) => $"{row.Name.Trim()} ({row.Id + {{literal}}})";
            }
            """;

    private static string PlainFile(int i) =>
        $$"""
            using System; using System.Collections.Generic; using System.Linq; using System.Text;
            namespace Project.Part{{i}};
            /// <summary>Keeps prices; "SELECT" is only a word here.</summary>
            public class Prices{{i}}
            {
                private readonly Dictionary<string, decimal> prices = new();
                private readonly List<string> log = [];
                public decimal Get(string name) => prices.TryGetValue(name, out var price) ? price : 0m;
                public void Set(string name, decimal price) { if (price < 0) { throw new ArgumentOutOfRangeException(nameof(price)); } prices[name] = price; Log($"{name} = {price}"); }
                public decimal Total(IEnumerable<string> names) { var total = 0m; foreach (var name in names) { total += Get(name); } return total; }
                public string[] Cheapest(int count) => prices.OrderBy(p => p.Value).Take(count).Select(p => p.Key).ToArray();
                public void Raise(decimal percent) { foreach (var name in prices.Keys.ToList()) { Set(name, Get(name) * (1 + percent / 100)); } }
                public string Table() { var text = new StringBuilder(); foreach (var pair in prices) { text.Append(pair.Key).Append(": ").AppendLine(pair.Value.ToString()); } return text.ToString(); }
                public bool Has(string name) { lock (log) { return prices.ContainsKey(name) && log.Count > 0; } }
                public (string Name, decimal Price)? First() { foreach (var pair in prices) { return (pair.Key, pair.Value); } return null; }
                public int Remove(Func<string, bool> condition) { var removed = 0; foreach (var name in prices.Keys.Where(condition).ToList()) { removed += prices.Remove(name) ? 1 : 0; } return removed; }
                private void Log(string line) { if (log.Count >= 100) { log.RemoveAt(0); } log.Add(line); }
            }
            """;
}
