using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>
/// Every body of a file is looked at, and when: after the compiler has bound them all, in a build as in an editor. Before, a callee that
/// was asked for ahead of its turn was bound twice, which on an application of 300,000 lines was most of what the analyzers cost.
/// </summary>
public class BodyTests
{
    private const string Two = "One.QueryFirst<int>(\"SELECT a FROM t\") + One.QueryFirst<int>(\"SELECT b FROM t\")";

    private const string Either = "One.QueryFirst<int>(\"SELECT a FROM t\")";

    [Theory]
    [InlineData("public class C { static {|MR1001:C|}() { _ = " + Two + "; } }")]
    [InlineData("public class C { ~{|MR1001:C|}() { _ = " + Two + "; } }")]
    [InlineData("public class C { public static implicit {|MR1001:operator|} int(C c) => " + Two + "; }")]
    [InlineData("public class C { public event Action E { {|MR1001:add|} { _ = " + Two + "; } remove { } } }")]
    [InlineData("public class C { public event Action E { add { } {|MR1001:remove|} => _ = " + Two + "; } }")]
    [InlineData("public class Outer { private class Inner { public struct Least { public int {|MR1001:M|}() => " + Two + "; } } }")]
    [InlineData("public record C(int A) { public int {|MR1001:M|}() => " + Two + "; }")]
    [InlineData("public interface I { int {|MR1001:M|}() => " + Two + "; }")]
    [InlineData("namespace A { namespace B { public class C { public int {|MR1001:M|}() => " + Two + "; } } }")]
    [InlineData("public partial class C { public partial int M(); public partial int {|MR1001:M|}() => " + Two + "; }")]
    [InlineData("public class C : IComparable { int IComparable.CompareTo(object other) => 0; public int {|MR1001:N|} => " + Two + "; }")]
    [InlineData("public class C { static int {|MR1001:F|} = " + Two + ", {|MR1001:G|} = " + Two + "; }")]
    [InlineData("public class C { static event Func<int> {|MR1001:E|} = () => " + Two + "; }")]
    [InlineData("public class B(int a); [Serializable] public class {|MR1001:C|}() : B(" + Two + ");")]
    [InlineData("public class B(int a); public class {|MR1001:C|}() : B(" + Two + ");")]
    public Task Two_reads_in_it_are_found(string types) => ReadRules.Source(Types(types));

    [Theory]
    [InlineData("public class C { static C() { _ = " + Either + "; } ~C() { _ = " + Either + "; } }")]
    [InlineData("public class C { public event Action E { add { _ = " + Either + "; } remove { _ = " + Either + "; } } }")]
    [InlineData("public class C { public int this[int i] { get => " + Either + "; set => _ = " + Either + "; } }")]
    [InlineData("public class B(int a); public class C() : B(" + Either + ") { public int M() => " + Either + "; }")]
    [InlineData("public class C { [System.CodeDom.Compiler.GeneratedCode(\"by\", \"a tool\")] public int M() => " + Two + "; }")]
    [InlineData("[System.CodeDom.Compiler.GeneratedCode(\"by\", \"a tool\")] public class C { public int M() => " + Two + "; }")]
    public Task One_read_in_each_or_generated_code_is_quiet(string types) => ReadRules.Source(Types(types));

    [Fact]
    public async Task A_files_turn_comes_when_all_bodies_are_bound()
    {
        var compilation = Compiled(CSharpSyntaxTree.ParseText(Types("public class C { public int M() => " + Two + "; }")));
        var analyzer = new ReadRulesAnalyzer();
        var running = compilation.WithAnalyzers([analyzer]);
        Assert.Equal(["MR1001"], (await running.GetAnalyzerDiagnosticsAsync(CancellationToken.None)).Select(static d => d.Id));
        var counts = await running.GetAnalyzerTelemetryInfoAsync(analyzer, CancellationToken.None);
        Assert.Equal(1, counts.SemanticModelActionsCount);
        Assert.Equal(
            0,
            counts.CodeBlockActionsCount
                + counts.CodeBlockStartActionsCount
                + counts.OperationActionsCount
                + counts.OperationBlockActionsCount
                + counts.OperationBlockStartActionsCount
                + counts.SyntaxNodeActionsCount
                + counts.SymbolActionsCount
        );
    }

    [Fact]
    public async Task Who_asks_for_a_line_gets_no_more_than_the_bodies_on_it()
    {
        var tree = CSharpSyntaxTree.ParseText(
            Types(string.Concat(Enumerable.Range(0, 20).Select(static i => $"public class C{i} {{ public int M{i}() => " + Two + "; }\n")))
        );
        var compilation = Compiled(tree);
        var line = tree.GetText().Lines[5];
        var found = await compilation
            .WithAnalyzers([new ReadRulesAnalyzer()])
            .GetAnalyzerSemanticDiagnosticsAsync(compilation.GetSemanticModel(tree), line.Span, CancellationToken.None);
        Assert.Equal([5], found.Select(static d => d.Location.GetLineSpan().StartLinePosition.Line));
    }

    private static CSharpCompilation Compiled(SyntaxTree tree) =>
        CSharpCompilation.Create("Bodies", [tree], ReadRules.References, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));

    private static string Types(string types) =>
        $$"""
            using System; using System.Data.Common; using Dapper;
            {{types}}
            internal static class Static { public static DbConnection One; }
            """.Replace("One.", "Static.One.");
}
