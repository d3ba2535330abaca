namespace MonotonicReads.Documentation.Tests.Snippets;

/// <summary>What a reader copies from README.md, docs/ and samples/ compiles as it stands there, and the rules find nothing in it.</summary>
public sealed class SnippetTests
{
    /// <summary>The pages of the rules show what is wrong, in pieces; the tests of the rules have them.</summary>
    public static TheoryData<string> Pages =>
        [.. Page.All.Select(static p => p.Path).Where(static p => !p.StartsWith("docs/rules/", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task Every_block_compiles_with_the_usings_that_the_page_shows(string path)
    {
        var compiler = new SnippetCompiler();
        var wrong = new List<string>();
        foreach (var snippet in Snippet.Of(new Page(path)))
        {
            var (errors, rules) = await compiler.AddAsync(snippet);
            wrong.AddRange(errors.Select(e => $"{snippet}: {e}"));
            if (!rules.SequenceEqual(snippet.Finds))
            {
                wrong.Add($"{snippet}: the rules find [{string.Join(", ", rules)}], the page says [{string.Join(", ", snippet.Finds)}]");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public async Task What_does_not_compile_is_seen()
    {
        var compiler = new SnippetCompiler();
        var (errors, _) = await compiler.AddAsync(new Snippet("page", 1, "var session = ReadSession.Begin(ReadConsistency.Monotonic);"));
        Assert.Contains("'ReadSession'", errors[0], StringComparison.Ordinal);
        (errors, _) = await compiler.AddAsync(
            new Snippet("page", 9, "using MonotonicReads;\n\nusing var session = ReadSession.Begin(ReadConsistency.Monotonic);")
        );
        Assert.Empty(errors);
    }

    [Fact]
    public async Task What_a_rule_finds_is_seen()
    {
        var (errors, rules) = await new SnippetCompiler().AddAsync(
            new Snippet(
                "page",
                1,
                """
                using System.Data.Common;
                using Dapper;

                public class Orders(DbConnection db)
                {
                    public async Task<int> CountAsync() =>
                        await db.QuerySingleAsync<int>("SELECT COUNT(*) FROM orders") + await db.QuerySingleAsync<int>("SELECT COUNT(*) FROM old_orders");
                }
                """
            )
        );
        Assert.Empty(errors);
        Assert.Equal(["MR1001"], rules);
    }
}
