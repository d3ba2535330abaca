using System.Collections.Immutable;
using CsCheck;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Cli.Tests.Baselines;

/// <summary>Whatever a member or handler looks like: the line that is written for its finding silences that finding and no other.</summary>
public class RoundTripTests
{
    private const string Prelude = """
        using System;
        using System.Collections.Generic;
        using System.Data;
        using System.Threading.Tasks;
        using Dapper;
        using Microsoft.AspNetCore.Builder;
        using Microsoft.AspNetCore.Http;

        """;

    private const string Db = """
        static class Db { public static IDbConnection C = null!; public static int A() => C.QueryFirst<int>("SELECT a FROM t"); }
        interface IShow<T> { void Show(T value); int Count { get; } }
        class Source { public WebApplication App = null!; }
        """;

    /// <summary>Where members stand; <c>$M</c> are the members, <c>$N</c> a number of its own.</summary>
    private static readonly string[] Types =
    [
        "class C$N { $M }",
        "namespace Shop$N { class C { $M } }",
        "namespace Shop$N.Inner { static class Outer { internal class Böx<T, U> { internal struct Deep<V> where V : class { public Deep() { } $M } } } }",
        "record R$N(int Id) { $M }",
        "record struct S$N(int Id) { $M }",
        "file class F$N { $M }",
        "partial class P$N { $M } partial class P$N { partial void Q(); partial void Q() { $B } }",
        "interface I$N { static void D() { $B } void E() { $B } }",
        "static class X$N { extension(IDbConnection c) { public void Ext() { $B } } static void Ext(this int n) { $B } $S }",
        "delegate void Del$N(); class @class$N { $M }",
    ];

    private const string StaticMember = "static void Map$N(WebApplication app) { $H }";

    /// <summary><c>$B</c> is a body with findings, <c>$N</c> a number of its own.</summary>
    private static readonly string[] Members =
    [
        "void M$N() { $B }",
        "void O$N(int a) { $B } void O$N(long a) { $B } void O$N(ref int a) { $B } void O$N(in Guid a) { $B }",
        "T G$N<T, U>(T[] a, Dictionary<T, U[,]> b, List<List<int>> c) where T : class { $B return null!; } void G$N<T>(T a) { $B } void G$N() { $B }",
        "void T$N((int A, string B) pair, int? n, dynamic d, params object[] rest) { $B }",
        "unsafe void U$N(int* p, delegate*<int, void> f) { $B }",
        "int P$N { get { $B return 0; } set { $B } }",
        "int Q$N => $E;",
        "event Action V$N { add { $B } remove { $B } }",
        "void L$N() { A(); B<int>(); void A() { $B } void B<T>() { C(); void C() { $B } } }",
        "async Task Async$N() { await Task.Yield(); $B }",
        "IEnumerable<int> Iterator$N() { $B yield return 1; }",
        "void @event$N() { $B } void Größe$N(string größe) { $B }",
        "class N$N { N$N() { $B } N$N(int a) { $B } static N$N() { $B } ~N$N() { $B } object f = new object[] { $E, $E }; static object g = $E; }",
        "class Op$N { int this[int i] { get { $B return 0; } } int this[string s] => $E; "
            + "public static Op$N operator +(Op$N a, Op$N b) { $B return a; } public static explicit operator int(Op$N a) { $B return 0; } "
            + "public static explicit operator long(Op$N a) { $B return 0; } public static implicit operator Op$N(List<int> a) { $B return new(); } }",
        "class Ex$N : IShow<int>, IShow<List<string>> { void IShow<int>.Show(int v) { $B } int IShow<int>.Count => $E; "
            + "void IShow<List<string>>.Show(List<string> v) { $B } int IShow<List<string>>.Count { get { $B return 0; } } }",
        StaticMember,
        "static void Routes$N<T>(Source source, List<T> all) { var app = source.App; $H Local(); void Local() { $H } }",
        "WebApplication App$N() { var app = new Source().App; $H return app; }",
        "WebApplication Get$N { get { var app = new Source().App; $H return app; } }",
        "Action Kept$N = () => { $B };",
    ];

    private static readonly string[] Bodies =
    [
        "Db.C.Query(\"SELECT a FROM t\"); Db.C.Query(\"SELECT b FROM t\");",
        "Db.A(); Db.A();",
        "Db.C.Execute(\"DELETE FROM t\"); Db.C.Query(\"SELECT b FROM t\");",
        "Db.C.Execute(\"DELETE FROM t\"); Db.C.Query(\"SELECT b FROM t\"); Db.C.Query(\"SELECT a FROM t\");",
    ];

    private const string Expression = "Db.C.QueryFirst<int>(\"SELECT a FROM t\") + Db.C.QueryFirst<int>(\"SELECT b FROM t\")";

    private static readonly string[] Routes =
    [
        "/a",
        "/a",
        "/a#2",
        "/a #2",
        "/<id>",
        "/{id}",
        "/{id:int}/<x>/#y",
        "a b",
        "/a  b",
        "/a\\u00A0#b",
        "/a\\u2028b",
        "\\t#",
        "#",
        "",
        "(<y>)",
        "(<y>)",
        "/a)#2",
        "/\\u0000",
        "/ü",
        "MR1001 M:X",
    ];

    private static Gen<string> One(string[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);

    private static readonly Gen<string> Unit =
        from types in Gen.Select(One(Types), One(Members).List[1, 4]).List[1, 4]
        from bodies in One(Bodies).Array[64]
        from routes in One(Routes).Array[64]
        from top in Gen.Bool
        select Written(types, bodies, routes, top);

    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(static p =>
                Path.GetFileName(p) is var name
                && (
                    name.StartsWith("System.", StringComparison.Ordinal)
                    || name.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal)
                    || name.StartsWith("Microsoft.Extensions", StringComparison.Ordinal)
                    || name is "Microsoft.CSharp.dll" or "netstandard.dll" or "mscorlib.dll" or "Dapper.dll"
                )
            )
            .Select(static p => MetadataReference.CreateFromFile(p)),
    ];

    [Fact]
    public async Task A_written_line_silences_its_finding_and_no_other()
    {
        var shapes = 0;
        await Unit.SampleAsync(
            async source =>
            {
                var compilation = Compile(source);
                var all = await FindingsAsync(compilation, null);
                Assert.NotEmpty(all);
                var entries = all.Select(EntryOf).Distinct().ToList();
                Assert.All(all.GroupBy(EntryOf), OnlyOneMember);

                var text = SourceText.From(BaselineChanges.Header);
                text = text.WithChanges(BaselineChanges.Adding(text, entries));
                Assert.Equal(entries.Order(), BaselineFile.Lines(text).Select(static line => line.Entry!.Value));
                Assert.Empty(await FindingsAsync(compilation, text));

                foreach (var entry in entries.Where((_, i) => i % 3 == 0))
                {
                    var alone = SourceText.From(entry.Line);
                    Assert.Equal(
                        all.Where(f => EntryOf(f) != entry).Select(static f => f.ToString()),
                        (await FindingsAsync(compilation, alone)).Select(static f => f.ToString())
                    );
                }

                Interlocked.Add(ref shapes, entries.Count);
            },
            iter: 40,
            seed: "0000KOIPe5z4"
        );
        Assert.True(shapes > 300, $"{shapes} shapes");
    }

    /// <summary>A property's entry holds for its accessors and a method's for its local functions; a handler has one for itself.</summary>
    private static void OnlyOneMember(IGrouping<BaselineEntry, Diagnostic> group)
    {
        if (group.Any(static f => f.Properties.ContainsKey(ReportedUnit.HandlerProperty)))
        {
            Assert.Single(group);
        }

        Assert.Single(
            group
                .Select(static f => f.Location.SourceTree!.GetRoot().FindNode(f.Location.SourceSpan))
                .Select(static n => n.FirstAncestorOrSelf<MemberDeclarationSyntax>(static m => m is not GlobalStatementSyntax))
                .Distinct()
        );
    }

    private static BaselineEntry EntryOf(Diagnostic finding) => new(finding.Id, finding.Properties[ReportedUnit.MemberProperty]!);

    private static CSharpCompilation Compile(string source)
    {
        var compilation = CSharpCompilation.Create(
            "Shapes",
            [CSharpSyntaxTree.ParseText(source, new CSharpParseOptions(LanguageVersion.Preview), "Shapes.cs")],
            References,
            new(OutputKind.ConsoleApplication, allowUnsafe: true)
        );
        Assert.DoesNotContain(compilation.GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error && d.Id != "CS5001");
        return compilation;
    }

    private static async Task<IReadOnlyList<Diagnostic>> FindingsAsync(Compilation compilation, SourceText? baseline)
    {
        ImmutableArray<AdditionalText> files = baseline is null ? [] : [new Text(baseline)];
        var found = await compilation
            .WithAnalyzers(
                [new ReadRulesAnalyzer(), new BaselineSuppressor(), new MR3001ConfigurationNotUnderstood()],
                new AnalyzerOptions(files)
            )
            .GetAnalyzerDiagnosticsAsync();
        return
        [
            .. found
                .Where(static d => d.Id is not "MR1004" and not "MR1012")
                .OrderBy(static d => d.Location.SourceSpan.Start)
                .ThenBy(static d => d.Id, StringComparer.Ordinal),
        ];
    }

    private static string Written(List<(string, List<string>)> types, string[] bodies, string[] routes, bool top)
    {
        var number = 0;
        var body = 0;
        var route = 0;
        var written = new System.Text.StringBuilder(Prelude);
        if (top)
        {
            written.Append(Filled("var app = new Source().App; $H Local(); void Local() { $B $H }\n"));
        }

        foreach (var (type, members) in types)
        {
            // Each declaration has a number of its own.
            var isStatic = type.Contains("$S", StringComparison.Ordinal);
            var inside = string.Join(" ", (isStatic ? [StaticMember] : members).Select(Numbered));
            written.Append(Filled(type.Replace(isStatic ? "$S" : "$M", inside, StringComparison.Ordinal)));
            written.Append('\n');
        }

        return written.Append(Db).ToString();

        string Filled(string template)
        {
            template = Numbered(template);
            template = Each(
                template,
                "$H",
                () =>
                    string.Concat(
                        Enumerable.Range(0, 3).Select(_ => $"app.MapGet(\"{routes[route++ % routes.Length]}\", () => {{ $B }}); ")
                    )
            );
            template = Each(template, "$B", () => bodies[body++ % bodies.Length]);
            return template.Replace("$E", Expression, StringComparison.Ordinal);
        }

        string Numbered(string template) => template.Replace("$N", $"{number++}", StringComparison.Ordinal);

        static string Each(string text, string mark, Func<string> next)
        {
            for (var at = text.IndexOf(mark, StringComparison.Ordinal); at >= 0; at = text.IndexOf(mark, at, StringComparison.Ordinal))
            {
                text = text[..at] + next() + text[(at + mark.Length)..];
            }

            return text;
        }
    }

    private sealed class Text(SourceText text) : AdditionalText
    {
        public override string Path => BaselineFile.Name;

        public override SourceText GetText(CancellationToken cancellationToken = default) => text;
    }
}
