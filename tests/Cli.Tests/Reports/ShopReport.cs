using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Cli.Reports.Building;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Cli.Tests.Reports;

/// <summary>Reports on sources in memory.</summary>
internal static class ShopReport
{
    public const string Root = "/shop";

    /// <summary>One unit in each state, a way through an interface, a write before a read, and a name that would be markup.</summary>
    public const string Orders = """
        using System.Collections.Generic;
        using System.Data;
        using Dapper;
        using MonotonicReads;
        namespace Shop.Data;

        public interface ILines { int Count(int order); }

        public class Lines(IDbConnection db) : ILines
        {
            public int Count(int order) => db.ExecuteScalar<int>("SELECT count(*) FROM lines WHERE order_id = @order", new { order });
        }

        public class Orders(IDbConnection db, ILines lines)
        {
            public string Open(int id) => db.QuerySingle<string>("SELECT name FROM orders WHERE id = @id", new { id }) + lines.Count(id);

            public void Saved(int id)
            {
                db.Execute("UPDATE orders SET name = '</script><b>' WHERE id = @id", new { id });
                db.QuerySingle<string>("SELECT name FROM orders WHERE name <> '</script><img src=x onerror=alert(1)>'", new { id });
            }

            public void Kept<T>(T id) { Two(db); }

            public void Silent() { Two(db); }

            [Eventual("a chart | nobody <decides> by it")]
            public void Accepted() { Two(db); }

            [Monotonic] public void Pinned() { Two(db); }

            [Monotonic(Snapshot = true)] public void Moment() { Two(db); }

            [Causal] public void Caused() { Two(db); }

            [Primary] public void Tight() { Two(db); }

            public void Session()
            {
                using var session = ReadSession.Begin(ReadConsistency.Monotonic);
                Two(db);
            }

            public void Locked() => db.Query("SELECT id FROM orders FOR UPDATE");

            public IEnumerable<int> Alone() => db.Query<int>("SELECT id FROM customers");
        }

        public class Pages(Orders orders)
        {
            public string Page(int id) => orders.Open(id);

            public string Again(int id) => orders.Open(id);
        }
        """;

    /// <summary>The same with the calls written out, since a helper would be the one unit.</summary>
    private const string Two = """db.Query("SELECT a FROM t1"); db.Query("SELECT b FROM t2");""";

    public static Report OfShop(string before = "") =>
        Of(
            [(Root + "/src/Orders & more.cs", before + Orders.Replace("Two(db);", Two, StringComparison.Ordinal))],
            baseline: "MR1001 M:Shop.Data.Orders.Kept``1(``0)",
            suppressed: "Silent"
        );

    /// <param name="files">Paths and contents.</param>
    /// <param name="baseline">A baseline's lines.</param>
    /// <param name="suppressed">A method with a pragma around it.</param>
    public static Report Of(IReadOnlyList<(string Path, string Content)> files, string? baseline = null, string? suppressed = null) =>
        new ReportBuilder([Survey("Shop", files, baseline, suppressed)], Root, CancellationToken.None).Build("Shop.sln", null, []);

    public static SurveyedProject Survey(
        string name,
        IReadOnlyList<(string Path, string Content)> files,
        string? baseline = null,
        string? suppressed = null,
        params string[] symbols
    )
    {
        var compilation = CSharpCompilation.Create(
            name,
            files.Select(f =>
                CSharpSyntaxTree.ParseText(Suppressed(f.Content, suppressed), new CSharpParseOptions(preprocessorSymbols: symbols), f.Path)
            ),
            ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
                .Split(Path.PathSeparator)
                .Where(static p =>
                    Path.GetFileName(p) is var file
                    && (
                        file.StartsWith("System.", StringComparison.Ordinal)
                        || file is "Dapper.dll" or "MonotonicReads.dll" or "netstandard.dll"
                    )
                )
                .Select(static p => MetadataReference.CreateFromFile(p)),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        );
        Assert.DoesNotContain(compilation.GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error);
        var survey = CompilationSurvey.Of(
            compilation,
            new AnalyzerOptions(baseline is null ? [] : [new BaselineText(baseline)]),
            CancellationToken.None
        );
        Assert.Empty(survey.Failures);
        return new SurveyedProject(name, $"{Root}/src/{name}.csproj", compilation, survey);
    }

    private static string Suppressed(string source, string? method) =>
        method is null
            ? source
            : string.Join(
                '\n',
                source
                    .Split('\n')
                    .Select(line =>
                        line.Contains($" {method}()", StringComparison.Ordinal)
                            ? $"#pragma warning disable MR1001\n{line}\n#pragma warning restore MR1001"
                            : line
                    )
            );

    private sealed class BaselineText(string content) : AdditionalText
    {
        public override string Path => Root + "/MonotonicReads.Baseline.txt";

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(content);
    }
}
