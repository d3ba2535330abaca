using System.Text.RegularExpressions;
using Markdig.Syntax;

namespace MonotonicReads.Documentation.Tests.Snippets;

/// <summary>
/// One block of C# on a page, with what stands before it in HTML comments: <c>given: TYPE name, ...</c> makes it the body of a method
/// with these parameters, <c>inside: class</c> the members of a class, <c>with: CODE</c> brings code that the reader does not see, and
/// <c>finds: MR1001</c> says that the analyzer finds something. Without any of them it is a whole file.
/// </summary>
public sealed partial record Snippet(string Page, int Line, string Code)
{
    /// <summary>The parameters of the method around it; null where it is none's body.</summary>
    public string? Given { get; private init; }

    public bool IsInsideClass { get; private init; }

    /// <summary>The rules that find something in it, sorted.</summary>
    public IReadOnlyList<string> Finds { get; private init; } = [];

    /// <summary>Code from before it that the reader does not see; empty for none.</summary>
    public string Hidden { get; private init; } = "";

    public override string ToString() => $"{Page}({Line})";

    /// <summary>The blocks of a page, in order.</summary>
    public static IEnumerable<Snippet> Of(Page page)
    {
        var comments = new List<string>();
        foreach (var block in page.Document.Descendants())
        {
            switch (block)
            {
                case HtmlBlock html when Comment().Match(html.Lines.ToString()) is { Success: true } comment:
                    comments.Add(comment.Groups["said"].Value.Trim());
                    break;
                case FencedCodeBlock { Info: "csharp" } code:
                    yield return With(new Snippet(page.Path, code.Line + 1, code.Lines.ToString()), comments);
                    comments.Clear();
                    break;
                case ParagraphBlock or HeadingBlock or FencedCodeBlock:
                    comments.RemoveAll(static c => !c.StartsWith("with:", StringComparison.Ordinal));
                    break;
            }
        }
    }

    private static Snippet With(Snippet snippet, IEnumerable<string> comments)
    {
        foreach (var comment in comments)
        {
            var (word, rest) = comment.Split(':', 2) is [var w, var r] ? (w, r.Trim()) : (comment, "");
            snippet = word switch
            {
                "given" => snippet with { Given = rest },
                "inside" when rest == "class" => snippet with { IsInsideClass = true },
                "with" => snippet with { Hidden = snippet.Hidden + rest + "\n" },
                "finds" => snippet with { Finds = [.. rest.Split(", ").Order(StringComparer.Ordinal)] },
                _ => snippet,
            };
        }

        return snippet;
    }

    [GeneratedRegex("^<!--(?<said>.*)-->$", RegexOptions.Singleline)]
    private static partial Regex Comment();
}
