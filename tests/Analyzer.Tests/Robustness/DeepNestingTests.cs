using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Analyzer.Tests.Robustness;

/// <summary>Code nested as deep as the compiler takes it: the analyzers come to an end, and see the two reads that stand in it.</summary>
public class DeepNestingTests
{
    private const string Read = "db.QuerySingle<int>(\"SELECT a FROM t\")";

    public static TheoryData<string, string> Bodies { get; } =
        new()
        {
            { "lambdas in each other", $"{Repeat("Run(() => { ", 200)}{Read};{Repeat(" });", 200)} {Read}; return {Read};" },
            { "calls in each other", $"return {Repeat("Same(", 200)}{Read}{Repeat(")", 200)} + {Read};" },
            {
                "calls in a row",
                $"var b = new StringBuilder(\"SELECT a FROM t\"); b{Repeat(".Append(name)", 200)}; return db.QuerySingle<int>(b.ToString()) + {Read};"
            },
            { "+ in a row", $"return db.QuerySingle<int>(\"SELECT a FROM t WHERE \"{Repeat(" + name", 2_000)}) + {Read};" },
            { "reads in a row", $"return 0{Repeat(" + " + Read, 500)};" },
            { "else-ifs", $"{Repeat($"if (n == 1) {{ {Read}; }} else ", 500)}{{ }} return {Read};" },
            { "ternaries", $"return {Repeat($"n == 1 ? {Read} : ", 300)}0 + {Read} + {Read};" },
            { "parentheses", $"return {Repeat("(", 300)}{Read}{Repeat(")", 300)} + {Read};" },
            { "blocks", $"{Repeat("{ ", 300)}{Read}; {Read}; {Repeat("}", 300)} return 0;" },
            { "loops", $"{Repeat("while (n > 0) { ", 50)}{Read}; {Read}; {Repeat("}", 50)} return 0;" },
            { "try with finally", $"{Repeat("try { ", 40)}{Read}; {Read}; {Repeat("} finally { n++; }", 40)} return 0;" },
        };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task The_analyzers_come_to_an_end(string what, string body)
    {
        var failures = new ConcurrentQueue<string>();
        var compilation = CSharpCompilation.Create(
            "Deep",
            [
                CSharpSyntaxTree.ParseText(
                    $$"""
                    using System; using System.Data.Common; using System.Text; using Dapper;
                    public class Deep(DbConnection db)
                    {
                        public int M(int n, string name) { {{body}} }
                        public int Caller(int n) => M(n, "a") + M(n, "b");
                        private static void Run(Action run) => run();
                        private static int Same(int n) => n;
                    }
                    """
                ),
            ],
            ReadRules.References,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
        );
        Assert.Empty(compilation.GetDiagnostics().Where(static d => d.Severity == DiagnosticSeverity.Error));
        var found = await compilation
            .WithAnalyzers(
                CrashFuzzTests.Analyzers,
                new CompilationWithAnalyzersOptions(
                    new AnalyzerOptions([]),
                    (exception, analyzer, _) => failures.Enqueue($"{what}, {analyzer}: {exception}"),
                    concurrentAnalysis: false,
                    logAnalyzerExecutionTime: false
                )
            )
            .GetAnalyzerDiagnosticsAsync();
        Assert.Empty(failures);
        Assert.Equal(["MR1001", "MR1002"], found.Select(static d => d.Id).Order());
    }

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
