using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Analyzer.Tests.Names;

/// <summary>The words of a text: none that the parser sees may be missing, and what stands in comments and strings is none.</summary>
public class SourceWordsTests
{
    [Theory]
    [InlineData("a b1 _c", "a b1 _c")]
    [InlineData("a // b\nc", "a c")]
    [InlineData("a /* b\nc */ d", "a d")]
    [InlineData("a \"b \\\" c\" d", "a d")]
    [InlineData("a \"\" b", "a b")]
    [InlineData("a @\"b \"\" c \\\" d", "a d")]
    [InlineData("a @\"\" b", "a b")]
    [InlineData("a @\"\"\"b\"\"\" c", "a c")]
    [InlineData("a \"\"\"b \" \"\" c\"\"\" d", "a d")]
    [InlineData("a \"\"\"\nb // c\n\"\"\" d", "a d")]
    [InlineData("$\"b {c} d\" e", "c e")]
    [InlineData("$\"b {{c}} {d:E2}\" f", "d E2 f")]
    [InlineData("$\"http://b/{c}\" d", "c d")]
    [InlineData("$\"it's {c(\"d }\")}\" e", "c e")]
    [InlineData("$\"{a(new { b = 1 })} c\" d", "a new b d")]
    [InlineData("$\"{a} {$\"{b} c\"} d\" e", "a b e")]
    [InlineData("$@\"b \"\"{c}\"\" d\" e", "c e")]
    [InlineData("@$\"b\n{c} d\" e", "c e")]
    [InlineData("$\"\"\"b {c} \" d\"\"\" e", "c e")]
    [InlineData("$$\"\"\"b {c} {{d}} e\"\"\" f", "d f")]
    [InlineData("'a' b '\\'' c '\"' d", "b c d")]
    [InlineData("'\\u0041' b '\\\\' c", "b c")]
    [InlineData("1.0e5f 0xFF 1_000L b 1.c()", "b c")]
    [InlineData("#region it's \"b\nc\n  #endif d\ne", "c e")]
    [InlineData("@class $ b", "class b")]
    [InlineData("\u00e4b c\u0301d", "\u00e4b c\u0301d")]
    public void Words_stand_outside_comments_and_strings(string text, string expected)
    {
        Assert.Equal(expected, string.Join(' ', WordsOf(text, out var isBroken)));
        Assert.False(isBroken);
    }

    [Theory]
    [InlineData("a \"b\nc")]
    [InlineData("a /* b")]
    [InlineData("a @\"b")]
    [InlineData("a \"\"\"b\" c")]
    [InlineData("a $\"{b")]
    public void What_does_not_end_is_broken(string text)
    {
        _ = WordsOf(text, out var isBroken);
        Assert.True(isBroken);
    }

    [Theory]
    [InlineData("new A(b)", "A")]
    [InlineData("new A.B { C = d }", "A B")]
    [InlineData("new global::A.B<C>()", "global A B")]
    [InlineData("new() { A = b }", "")]
    [InlineData("new[] { A }", "")]
    [InlineData("renew A(b)", "")]
    public void What_new_creates_is_told(string text, string expected)
    {
        var created = new List<string>();
        var words = SourceWords.Of(SourceText.From(text));
        while (words.Next())
        {
            if (words.IsCreated)
            {
                created.Add(SourceWords.At(SourceText.From(text), words.Start));
            }
        }

        Assert.Equal(expected, string.Join(' ', created));
    }

    [Fact]
    public void No_name_of_the_projects_own_sources_is_missing()
    {
        var names = 0;
        foreach (var path in Sources())
        {
            var tree = CSharpSyntaxTree.ParseText(SourceText.From(File.ReadAllText(path)), path: path);
            var found = NameIndex.Of(tree).Codes.ToHashSet();
            var members = NameIndex.Of(tree).Members.ToDictionary(static m => m.Start);
            foreach (var node in tree.GetRoot().DescendantNodes())
            {
                if (SyntaxNames.Mentioned(node) is not { Length: > 0 } name)
                {
                    continue;
                }

                names++;
                Assert.True(found.Contains(NameCode.Of(name)), $"{path}: {name}");
                if (
                    node.FirstAncestorOrSelf<BaseMethodDeclarationSyntax>() is { } method
                    && members.TryGetValue(method.SpanStart, out var member)
                    && (method.Body ?? (SyntaxNode?)method.ExpressionBody)!.Span.Contains(node.Span)
                )
                {
                    Assert.True(member.Mentions.Contains(NameCode.Of(name)), $"{path}: {name} in the member at {member.Start}");
                }
            }
        }

        Assert.True(names > 50_000, $"{names} names");
    }

    /// <summary>Half-typed code, whose strings do not end, is read through the parser's tokens: the same names, the same members.</summary>
    [Fact]
    public void Broken_code_is_read_token_by_token()
    {
        const string Body = "void M(IQueryable<int> q) { foreach (var x in q) new Load(x).Run($\"{y}\"); }";
        var whole = NameIndex.Of(CSharpSyntaxTree.ParseText($"class A {{ {Body} }}"));
        var broken = NameIndex.Of(CSharpSyntaxTree.ParseText($"class A {{ {Body} string s = \"half\n}}"));
        var (expected, actual) = (Assert.Single(whole.Members), Assert.Single(broken.Members));
        Assert.True(actual.TakesQuery && actual.WalksQueries && expected.TakesQuery && expected.WalksQueries);
        foreach (var name in new[] { "q", "new Load", "Load", "Run", "x", "y" })
        {
            Assert.Contains(NameCode.Of(name), expected.Mentions);
            Assert.Contains(NameCode.Of(name), actual.Mentions);
        }

        Assert.DoesNotContain(NameCode.Of("half"), broken.Codes);
    }

    private static List<string> WordsOf(string text, out bool isBroken)
    {
        var found = new List<string>();
        var source = SourceText.From(text);
        var words = SourceWords.Of(source);
        while (words.Next())
        {
            var word = SourceWords.At(source, words.Start);
            Assert.Equal(NameCode.Of(word), words.Code);
            found.Add(word);
        }

        isBroken = words.IsBroken;
        return found;
    }

    private static IEnumerable<string> Sources([CallerFilePath] string here = "")
    {
        var root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
        return new[] { "src", "tests", "samples" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(static path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal));
    }
}
