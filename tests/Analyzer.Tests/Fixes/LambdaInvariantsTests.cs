using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.CodeFixes;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>What is written into a mapped lambda or before it leaves the text around it as it is.</summary>
public class LambdaInvariantsTests
{
    private const string Statement = "using var session = Open();";

    /// <summary>Lambdas, and whether their expression is their result.</summary>
    private static readonly (string Text, bool ReturnsValue)[] Shapes =
    [
        ("(int a)@1=>@2a + 1@3", true),
        ("a@1=>@2a + 1@3", true),
        ("a@1=>@2Run(a)@3", false),
        ("async a@1=>@2await Run(a)@3", false),
        ("async (a, b)@1=>@2await Run(a)@3", true),
        ("static (int a)@1=>@2{@3return a;@4}", true),
        ("async a@1=>@2{@3\n            await Run(a);\n        @4}", false),
        ("int (int a)@1=>@2a switch\n        {\n            1 => 2,\n            _ => 3,\n        }@3", true),
        ("()@1=>@2throw new E()@3", true),
        ("delegate (int a)@1{@2return a;@3}", true),
        ("delegate@1{@2\n            return 1;\n        @3}", true),
        ("a@1=>@2b@3=>@4a + b", true),
        ("a@1=>@2$@\"{a}\n  x\"@3", true),
        ("(ref int a)@1=>@2ref a@3", true),
    ];

    private static readonly string[] Calls =
    [
        "app.MapGet(\"/a\", {0})@4;",
        "app.MapGet(\n            \"/a\",\n            {0}\n        )@4;",
        "app.MapGet(\"/a\",@4{0}).Named();",
        "app.Map(pattern: \"/a\",\n            handler:@4({0}));",
        "var handler =@4{0};",
    ];

    [Theory]
    [MemberData(nameof(FixInvariants.Variants), MemberType = typeof(FixInvariants))]
    public void A_session_begins_inside(int place, int filler, string layout)
    {
        foreach (var call in Calls)
        {
            foreach (var (shape, returnsValue) in Shapes)
            {
                var (text, root) = Parsed(call, shape, place, filler, layout);
                var lambda = LambdaOf(root);
                var changes = FirstStatement.Of(lambda, returnsValue, Statement, new Layout(root, text));
                Assert.NotEmpty(changes);
                var after = Changed(text, changes);
                FixInvariants.CheckKept(text.ToString(), after, "=>");
                var block = LambdaOf(CSharpSyntaxTree.ParseText(after).GetCompilationUnitRoot()).Block;
                Assert.True(block?.Statements[0].ToString() == Statement, after);
                Assert.Equal(1 + (lambda.Block?.Statements.Count ?? 1), block!.Statements.Count);
                Assert.True(lambda.Block is not null || Verb(block.Statements[1]) == ExpectedVerb(lambda, returnsValue), after);
            }
        }
    }

    [Theory]
    [MemberData(nameof(FixInvariants.Variants), MemberType = typeof(FixInvariants))]
    public void An_attribute_stands_before_it(int place, int filler, string layout)
    {
        foreach (var call in Calls)
        {
            foreach (var (shape, _) in Shapes.Where(static s => !s.Text.StartsWith("delegate", StringComparison.Ordinal)))
            {
                var (text, root) = Parsed(call, shape, place, filler, layout);
                var lambda = LambdaOf(root);
                var changes = MappedHandler.Parenthesized(lambda, AttributePlace.On(lambda, "Monotonic", new Layout(root, text)));
                Assert.NotEmpty(changes);
                var after = Changed(text, changes);
                FixInvariants.CheckKept(text.ToString(), after);
                var annotated = Assert.IsType<ParenthesizedLambdaExpressionSyntax>(
                    LambdaOf(CSharpSyntaxTree.ParseText(after).GetCompilationUnitRoot())
                );
                Assert.Equal("[Monotonic]", Assert.Single(annotated.AttributeLists).ToString());
                Assert.Equal(lambda.Body.ToString(), annotated.Body.ToString());
            }
        }
    }

    [Theory]
    [InlineData("a =>\n#if OTHER\n 1\n#else\n 2\n#endif\n", false)]
    [InlineData("a => {\n#if OTHER\n F();\n#else\n G();\n#endif\n}", true)]
    [InlineData("\n#if OTHER\n a => 1\n#else\n a => 2\n#endif\n", true)]
    [InlineData("a =>\n#if OTHER\n throw new E()\n#else\n 2\n#endif\n", false)]
    [InlineData("\n#if OTHER\n a\n#else\n b\n#endif\n => 2", false)]
    [InlineData("a\n#if OTHER\n => { return 1; }\n#else\n => 2\n#endif\n", false)]
    public void The_other_branch_still_parses(string shape, bool isOffered)
    {
        var (text, root) = Parsed("app.MapGet(\"/a\", {0});", shape, 1, 0, "lf");
        var lambda = LambdaOf(root);
        var session = FirstStatement.Of(lambda, returnsValue: true, Statement, new Layout(root, text));
        Assert.Equal(isOffered, !session.IsEmpty);
        FixInvariants.CheckKept(text.ToString(), Changed(text, session), "=>");

        var annotation = MappedHandler.Parenthesized(lambda, AttributePlace.On(lambda, "Monotonic", new Layout(root, text)));
        FixInvariants.CheckKept(text.ToString(), Changed(text, annotation));
    }

    private static string ExpectedVerb(AnonymousFunctionExpressionSyntax lambda, bool returnsValue) =>
        lambda.ExpressionBody is ThrowExpressionSyntax ? "throw"
        : returnsValue ? "return"
        : "";

    private static string Verb(StatementSyntax statement) =>
        statement switch
        {
            ReturnStatementSyntax => "return",
            ThrowStatementSyntax => "throw",
            _ => "",
        };

    private static AnonymousFunctionExpressionSyntax LambdaOf(CompilationUnitSyntax root) =>
        root.DescendantNodes().OfType<AnonymousFunctionExpressionSyntax>().First();

    private static (SourceText Text, CompilationUnitSyntax Root) Parsed(string call, string shape, int place, int filler, string layout)
    {
        var source =
            "class Shop\n{\n    void Map()\n    {\n        "
            + FixInvariants.Filled(call.Replace("{0}", shape, StringComparison.Ordinal), place, filler)
            + "\n    }\n}\n";
        var text = SourceText.From(FixInvariants.InLayout(source, layout));
        var root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
        Assert.DoesNotContain(root.GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error);
        return (text, root);
    }

    private static string Changed(SourceText text, ImmutableArray<TextChange> changes) =>
        ConsistencyDeclaration
            .Apply(text, [new ConsistencyDeclaration(CSharpSyntaxTree.ParseText(text).GetRoot(), "", changes, null, "")])
            .ToString();
}
