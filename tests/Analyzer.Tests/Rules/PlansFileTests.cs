using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Testing;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>Lines of <c>MonotonicReads.Plans.txt</c>: MR1006 checks them as it does the annotation, and MR1007 is quiet where one plans.</summary>
public class PlansFileTests
{
    private const string Name = "MonotonicReads.Plans.txt";
    private const string A = "db.Query(\"SELECT a FROM t\");";
    private const string B = "db.Query(\"SELECT b FROM t\");";
    private const string C = "db.Query(\"SELECT c FROM t\");";

    /// <summary>Annotated on the type, the interface, the member, or not at all.</summary>
    private static string Class(string members, string on = "[Monotonic]", string of = "interface", string more = "") =>
        $$"""
            using System.Data.Common;
            using Dapper;
            using MonotonicReads;
            {{(of == "interface" ? on : "")}} public interface IOrders { void M(int id); }
            {{(of == "class" ? on : "")}} public class Orders(DbConnection db) : IOrders
            {
                private object One() => db.Query("SELECT a FROM t");
                {{members}}
            }
            {{more}}
            """;

    [Theory]
    [InlineData("interface")]
    [InlineData("class")]
    public async Task A_series_is_planned_by_its_line_wherever_the_annotation_stands(string of)
    {
        var planned = $"public void M(int id) {{ {A} {B} }}";
        await Check(Class(planned.Replace("M(", "{|MR1007:M|}(", StringComparison.Ordinal), of: of), "");
        await Check(Class(planned, of: of), "M:Orders.M(System.Int32) = 2");
        await Check(Class(planned.Replace("M(", "{|MR1006:M|}(", StringComparison.Ordinal), of: of), "M:Orders.M(System.Int32) = 3");
    }

    [Theory]
    [InlineData("public void {|MR1006:M|}(int id) { " + A + B + C + " }", 2)]
    [InlineData("public void {|MR1006:M|}(int id) { " + A + " }", 2)]
    [InlineData("public void {|MR1006:M|}(int id) { " + A + B + " One(); }", 2)]
    [InlineData("public void {|MR1006:M|}(int id) { for (;;) { " + A + " } }", 2)]
    [InlineData("public void {|MR1006:M|}(int id) { if (id > 1) { " + A + " } else { " + A + B + " } }", 3)]
    [InlineData("public void M(int id) { if (id > 1) { " + A + " } else { " + A + B + " } }", 2)]
    [InlineData("public void {|MR1006:M|}(int id) { " + A + " One(); }", 5)]
    [InlineData("public void M(int id) { " + A + " One(); }", 2)]
    [InlineData("public void M(int id) { " + A + B + "\n#if OTHER\n" + C + "\n#endif\n }", 3)]
    [InlineData("public void M(int id) { " + A + "\n#if OTHER\n" + B + "\n#endif\n }", 2)]
    [InlineData("public void {|MR1006:M|}(int id) { " + A + B + C + "\n#if OTHER\n" + C + "\n#endif\n }", 2)]
    [InlineData("public void M(int id) { " + A + " } [Eventual(\"x\")] public void N() { " + A + B + " }", 1)]
    public Task A_line_is_held_against_the_body(string members, int reads) => Check(Class(members), $"M:Orders.M(System.Int32) = {reads}");

    [Theory]
    [InlineData("[Causal] public void {|MR1006:M|}(int id) { " + A + B + " }", 3)]
    [InlineData("[Causal] public void M(int id) { " + A + B + " }", 2)]
    [InlineData("[Monotonic(Key = \"id\")] public void M(int id) { " + A + B + " }", 2)]
    public Task A_member_with_an_annotation_of_its_own_may_have_its_plan_there(string members, int reads) =>
        Check(Class(members, on: ""), $"M:Orders.M(System.Int32) = {reads}");

    [Fact]
    public Task An_override_is_planned_and_a_base_class_for_its_heirs() =>
        Check(
            """
            using System.Data.Common;
            using Dapper;
            using MonotonicReads;
            public abstract class Base(DbConnection db)
            {
                [Monotonic] public virtual void {|MR1006:M|}() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
            }
            public class Heir(DbConnection db) : Base(db) { }
            """,
            "M:Base.M = 3"
        );

    [Theory]
    [InlineData("M:Orders.Gone(System.Int32) = 2", "M:Orders.Gone(System.Int32)", "there is no such method")]
    [InlineData("M:Orders.M(System.Int64) = 2", "M:Orders.M(System.Int64)", "there is no such method")]
    [InlineData("M:Shop.Orders.M(System.Int32) = 2", "M:Shop.Orders.M(System.Int32)", "there is no such method")]
    [InlineData("M:IOrders.M(System.Int32) = 2", "M:IOrders.M(System.Int32)", "no wrapper opens a monotonic or causal session for it")]
    [InlineData("M:Orders.One = 2", "M:Orders.One", "no wrapper opens a monotonic or causal session for it")]
    [InlineData("M:Orders.Tight = 2", "M:Orders.Tight", "no wrapper opens a monotonic or causal session for it")]
    public Task A_line_that_no_wrapper_reads_is_told_on_itself(string line, string member, string why) =>
        Check(
            Class("public void M(int id) { " + A + " } [Primary] public void Tight() { }"),
            "# of the orders\n" + line + "\n",
            InVain(2, line, member, 2, why)
        );

    [Fact]
    public Task A_line_is_in_vain_where_the_annotation_says_it_or_is_gone() =>
        Task.WhenAll(
            Check(
                Class($"[Monotonic(Reads = 2)] public void M(int id) {{ {A} {B} }}"),
                "M:Orders.M(System.Int32) = 3",
                InVain(1, "M:Orders.M(System.Int32) = 3", "M:Orders.M(System.Int32)", 3, "its annotation says Reads = 2, which counts")
            ),
            Check(
                Class($"[Eventual(\"a test\")] public void M(int id) {{ {A} {B} }}", on: ""),
                "M:Orders.M(System.Int32) = 2",
                InVain(
                    1,
                    "M:Orders.M(System.Int32) = 2",
                    "M:Orders.M(System.Int32)",
                    2,
                    "no wrapper opens a monotonic or causal session for it"
                )
            )
        );

    [Fact]
    public Task Of_two_lines_for_one_member_the_first_counts() =>
        Check(
            Class($"public void M(int id) {{ {A} {B} }}"),
            "M:Orders.M(System.Int32) = 2\nM:Orders.M(System.Int32) = 3\n",
            InVain(2, "M:Orders.M(System.Int32) = 3", "M:Orders.M(System.Int32)", 3, "a line before it plans the same member, and counts")
        );

    [Theory]
    [InlineData("M:Orders.Ten(System.Int32) = 2")]
    [InlineData("M:Orders.Ten``1(``0) = 2")]
    public Task A_method_of_another_framework_is_none_of_ours(string line) =>
        Check(Class("public void M(int id) { }\n#if OTHER\npublic void Ten(int id) { }\n#endif\n"), line);

    private const string SeveralFrameworks = "build_property.MonotonicReadsSeveralFrameworks = true";
    private const string SeveralProjects = "build_property.MonotonicReadsSeveralProjects = true";
    private const string Gone = "M:Orders.Gone = 2";
    private const string Elsewhere = "M:Shop.Other.Get = 2";

    /// <summary>What only another build can know is left to the command, which asks all of them.</summary>
    [Theory]
    [InlineData(SeveralFrameworks, Gone)]
    [InlineData(SeveralFrameworks, Elsewhere)]
    [InlineData(SeveralProjects, Elsewhere)]
    [InlineData("build_property.ProjectDir = /src/Shop/", Elsewhere)]
    public Task A_line_that_may_be_another_build_s_is_left_alone(string said, string line) =>
        CheckBuilt(Class("public void M(int id) { }"), said, line);

    /// <summary>The near misses: what this build knows for all of them.</summary>
    [Theory]
    [InlineData("", Gone)]
    [InlineData("", Elsewhere)]
    [InlineData(SeveralProjects, Gone)]
    [InlineData("build_property.ProjectDir = /src/Shop/", Gone)]
    [InlineData("build_property.ProjectDir = /0/", Elsewhere)]
    [InlineData("build_property.MonotonicReadsSeveralFrameworks = false", Gone)]
    public Task A_line_of_this_build_alone_is_told(string said, string line) =>
        CheckBuilt(Class("public void M(int id) { }"), said, line, InVain(1, line, line[..^4], 2, "there is no such method", Path));

    [Fact]
    public async Task An_annotation_may_be_another_one_for_another_framework()
    {
        const string Line = "M:Orders.One = 2";
        var told = InVain(1, Line, "M:Orders.One", 2, "no wrapper opens a monotonic or causal session for it", Path);
        await CheckBuilt(Class("public void M(int id) { }"), SeveralFrameworks, Line, told);
        await CheckBuilt(Class("public void M(int id) { }\n#if OTHER\n[Monotonic]\n#endif\n"), SeveralFrameworks, Line);
    }

    /// <summary>A name in a branch that is not compiled is a method's, of the line's type: not a part of a word, not another type's.</summary>
    [Theory]
    [InlineData("public void Ten(int id) { }", "", true)]
    [InlineData("public void Ten<T>(T id) { }", "", true)]
    [InlineData("int Tens() => 1; int OfTen() => 2; int Ten = 3;", "", false)]
    [InlineData("", "partial class Orders { void Ten(int id) { } }", true)]
    [InlineData("", "class Boxes { void Ten(int id) { } }", false)]
    [InlineData("", "class Orders { void Eleven(int id) { } }", false)]
    public Task A_method_of_another_version_is_found_by_its_whole_name(string inClass, string inOtherFile, bool isQuiet)
    {
        const string Line = "M:Orders.Ten = 2";
        var test = Test(
            Class($"public void M(int id) {{ }}\n#if OTHER\n{inClass}\n#endif\n"),
            Line,
            isQuiet ? [] : [InVain(1, Line, "M:Orders.Ten", 2, "there is no such method")]
        );
        test.TestState.Sources.Add($"class Elsewhere {{ }}\n#if OTHER\n{inOtherFile}\n#endif\n");
        return test.RunAsync();
    }

    [Fact]
    public Task An_annotation_is_known_by_what_it_is_and_not_by_its_name() =>
        Check(
            "using Once = MonotonicReads.MonotonicAttribute;\n"
                + Class($"[Once(Reads = 3)] public virtual void {{|MR1006:M|}}(int id) {{ {A} {B} }}", on: "")
                + "",
            ""
        );

    [Theory]
    [InlineData(
        "interface IShow<T> { void Show(T id); }",
        "IShow<int>",
        "void IShow<int>.Show(int id)",
        "Show.IShow{System#Int32}#Show(System.Int32)"
    )]
    [InlineData(
        "interface IShow<T> { void Get<U>(T id, U u); }",
        "IShow<int>",
        "public void Get<U>(int id, U u)",
        "Show.Get``1(System.Int32,``0)"
    )]
    [InlineData(
        "interface IShow<T> { void Get(T[] id, in T u); }",
        "IShow<int>",
        "public void Get(int[] id, in int u)",
        "Show.Get(System.Int32[],System.Int32@)"
    )]
    public Task Every_kind_of_member_is_found_by_its_line(string contract, string name, string signature, string id)
    {
        var more = $"public {contract} [Monotonic] public class Show(DbConnection db) : {name} {{ {signature} {{ {A} {B} }} }}";
        return Check(Class("public void M(int id) { }", more: more), $"M:{id} = 2");
    }

    [Fact]
    public async Task A_line_that_is_not_understood_is_told() =>
        await ReadRules.Configured<MR3001ConfigurationNotUnderstood>(
            "",
            files: [(Name, "# fine\nM:Orders.M = 2\nM:Orders.M = two\n")],
            expected:
            [
                new DiagnosticResult("MR3001", DiagnosticSeverity.Warning)
                    .WithSpan(Name, 3, 1, 3, 17)
                    .WithArguments(
                        "'M:Orders.M = two' is no plan: write a method's documentation id and a number of reads from 1 on, such as "
                            + "M:Shop.Orders.GetPageAsync(System.Int32) = 3"
                    ),
            ]
        );

    private static DiagnosticResult InVain(int line, string text, string member, int reads, string why, string path = Name) =>
        new DiagnosticResult(MR1006WrongPlan.InVain)
            .WithSpan(path, line, 1, line, text.Length + 1)
            .WithArguments(member, reads.ToString(System.Globalization.CultureInfo.InvariantCulture), why);

    private static Task Check(string source, string plans, params DiagnosticResult[] expected)
    {
        if (expected.Length == 0)
        {
            return new MarkedSource(source, ReadRules.References)
            {
                Files = [(Name, plans)],
                Disabled = [MR1004NeedlessAnnotation.Id],
            }.VerifyAsync(new ReadRulesAnalyzer());
        }

        return Test(source, plans, expected).RunAsync();
    }

    private const string Path = "/0/" + Name;

    /// <summary>In a build that says who else reads the file.</summary>
    private static Task CheckBuilt(string source, string said, string line, params DiagnosticResult[] expected)
    {
        var test = Test(source, "", expected);
        test.TestState.AdditionalFiles.Clear();
        test.TestState.AdditionalFiles.Add((Path, line));
        test.TestState.AnalyzerConfigFiles.Add(("/.globalconfig", "is_global = true\n" + said + "\n"));
        return test.RunAsync();
    }

    private static Microsoft.CodeAnalysis.CSharp.Testing.CSharpAnalyzerTest<ReadRulesAnalyzer, DefaultVerifier> Test(
        string source,
        string plans,
        DiagnosticResult[] expected
    )
    {
        var test = new Microsoft.CodeAnalysis.CSharp.Testing.CSharpAnalyzerTest<ReadRulesAnalyzer, DefaultVerifier>
        {
            TestCode = source,
            ReferenceAssemblies = new ReferenceAssemblies("net10.0"),
        };
        test.TestState.AdditionalReferences.AddRange(ReadRules.References);
        test.TestState.AdditionalFiles.Add((Name, plans));
        test.DisabledDiagnostics.Add(MR1004NeedlessAnnotation.Id);
        test.ExpectedDiagnostics.AddRange(expected);
        return test;
    }
}
