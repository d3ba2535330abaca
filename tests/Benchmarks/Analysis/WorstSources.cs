using System.Text;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Benchmarks.Analysis;

/// <summary>Sources as no person writes them, of any size: what generated code, or a test of an analyzer, is made of.</summary>
internal static class WorstSources
{
    private const string Usings =
        "using System; using System.Collections.Generic; using System.Data.Common; using System.Linq; using Dapper;\n";

    private const string Shared = """
        public partial class Generated
        {
            private readonly DbConnection db = null!;
            private static void Run(Action run) => run();
            private static int Same(int n) => n;
        }

        """;

    private const string Read = "db.QuerySingle<int>(\"SELECT a FROM t\")";

    /// <summary>The sources: what they are, how large for the table, and their files at any size.</summary>
    public static IReadOnlyList<(string Name, int Size, Func<int, SourceText[]> Files)> All { get; } =
    [
        ("members of one file", 40_000, static n => [Type(Lines(n, static i => $"public int M{i}() => {Read} + {Read} + {i};"))]),
        (
            "members of one private helper each, in one file",
            10_000,
            static n =>
                [
                    Type(
                        Lines(
                            n,
                            static i =>
                                $"public int M{i}() {{ using var _ = MonotonicReads.ReadSession.Begin(); return H{i}(); }} private int H{i}() => {Read} + {Read};"
                        )
                    ),
                ]
        ),
        (
            "files after one of 40,000 members",
            1_000,
            static n => [Type(Lines(40_000, static i => $"public int M{i}() => {i};")), .. Small(n)]
        ),
        ("locals of one method", 40_000, static n => [Method(Lines(n, static i => $"var v{i} = {i};") + $"return {Read} + {Read};")]),
        (
            "assignments of one method",
            20_000,
            static n => [Method("var v = 0;" + Lines(n, static i => $"v += {i};") + $"return {Read} + {Read};")]
        ),
        ("reads of one method", 20_000, static n => [Method(Lines(n, static _ => Read + ";") + "return 0;")]),
        (
            "reads of one method, each behind a condition",
            5_000,
            static n => [Method(Lines(n, static i => $"if (n > {i}) {Read};") + "return 0;")]
        ),
        (
            "writes and reads of one method",
            10_000,
            static n => [Method(Lines(n, static _ => $"db.Execute(\"DELETE FROM t\"); {Read};") + "return 0;")]
        ),
        ("lambdas of one method", 5_000, static n => [Method(Lines(n, static i => $"Func<int> f{i} = () => {Read};") + "return 0;")]),
        (
            "string literals of one method",
            20_000,
            static n => [Method(Lines(n, static i => $"var s{i} = \"SELECT {i} FROM t\";") + $"return {Read} + {Read};")]
        ),
        (
            "characters of one literal",
            1_000_000,
            static n => [Method($"return db.QuerySingle<int>(\"SELECT '{new string('x', n)}' FROM t\") + {Read};")]
        ),
        (
            "words of one literal",
            200_000,
            static n => [Method($"return db.QuerySingle<int>(\"SELECT {string.Concat(Enumerable.Repeat("a, ", n))} b FROM t\") + {Read};")]
        ),
        (
            "methods of one class in 200 files",
            20_000,
            static n =>
                [
                    .. Enumerable
                        .Range(0, 200)
                        .Select(file => Type(Lines(n / 200, i => $"public int M{file}_{i}() => {Read} + M{(file + 1) % 200}_{i}();"))),
                ]
        ),
        (
            "classes that implement one interface",
            5_000,
            static n => [Implementers(n), Type("public int M(IPart part) => part.Get(1) + part.Get(2);")]
        ),
        ("members of one interface and its class", 5_000, static n => [Contract(n)]),
        (
            "else-ifs in a row",
            500,
            static n =>
                [
                    Method(
                        string.Concat(Enumerable.Range(0, n).Select(static i => $"if (n == {i}) {{ {Read}; }} else "))
                            + $"{{ }} return {Read};"
                    ),
                ]
        ),
        (
            "+ in a row",
            2_000,
            static n =>
                [
                    Method(
                        $"return db.QuerySingle<int>(\"SELECT a FROM t WHERE\" + {string.Join(" + ", Enumerable.Range(0, n).Select(static i => "name"))}) + {Read};"
                    ),
                ]
        ),
        (
            "calls in a row",
            200,
            static n =>
                [
                    Method(
                        $"var b = new System.Text.StringBuilder(\"SELECT a FROM t\"); b{string.Concat(Enumerable.Repeat(".Append(name)", n))}; return db.QuerySingle<int>(b.ToString()) + {Read};"
                    ),
                ]
        ),
        (
            "lambdas in each other",
            200,
            static n =>
                [
                    Method(
                        string.Concat(Enumerable.Repeat("Run(() => { ", n))
                            + Read
                            + ";"
                            + string.Concat(Enumerable.Repeat(" });", n))
                            + $"return {Read};"
                    ),
                ]
        ),
        (
            "calls in each other",
            200,
            static n => [Method($"return {string.Concat(Enumerable.Repeat("Same(", n))}{Read}{new string(')', n)} + {Read};")]
        ),
        (
            "ternaries in each other",
            300,
            static n => [Method($"return {string.Concat(Enumerable.Range(0, n).Select(static i => $"n == {i} ? {Read} : "))}0;")]
        ),
        ("parentheses in each other", 300, static n => [Method($"return {new string('(', n)}{Read}{new string(')', n)} + {Read};")]),
        (
            "blocks in each other",
            200,
            static n => [Method(string.Concat(Enumerable.Repeat("{ ", n)) + $"{Read}; {Read};" + new string('}', n) + "return 0;")]
        ),
        (
            "try in each other",
            60,
            static n =>
                [
                    Method(
                        string.Concat(Enumerable.Repeat("try { ", n))
                            + $"{Read}; {Read};"
                            + string.Concat(Enumerable.Repeat($"}} finally {{ {Read}; }}", n))
                            + "return 0;"
                    ),
                ]
        ),
        (
            "loops in each other",
            60,
            static n =>
                [Method(string.Concat(Enumerable.Repeat("while (n > 0) { ", n)) + $"{Read}; {Read};" + new string('}', n) + "return 0;")]
        ),
    ];

    /// <summary>The files of one size, with what they all share.</summary>
    public static SourceText[] Of(Func<int, SourceText[]> files, int size) => [SourceText.From(Usings + Shared), .. files(size)];

    private static SourceText Method(string body) => Type("public int M(int n, string name) {\n" + body + "\n}");

    private static SourceText Type(string members) => SourceText.From(Usings + "public partial class Generated {\n" + members + "\n}\n");

    private static IEnumerable<SourceText> Small(int files) =>
        Enumerable
            .Range(0, files)
            .Select(static file =>
                SourceText.From(Usings + $"public class Small{file} {{ {Lines(20, static i => $"public int S{i}() => {i};")} }}\n")
            );

    private static SourceText Implementers(int count) =>
        SourceText.From(
            Usings
                + "public interface IPart { int Get(int id); }\n"
                + Lines(count, static i => $"public class Part{i}(DbConnection db) : IPart {{ public int Get(int id) => {Read} + {i}; }}")
        );

    private static SourceText Contract(int members) =>
        SourceText.From(
            Usings
                + "public interface IContract {"
                + Lines(members, static i => $"int M{i}();")
                + "}\npublic class Contract(DbConnection db) : IContract {"
                + Lines(members, static i => $"public int M{i}() => {Read} + {Read};")
                + "}\n"
        );

    private static string Lines(int count, Func<int, string> line)
    {
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            text.Append(line(i)).Append('\n');
        }

        return text.ToString();
    }
}
