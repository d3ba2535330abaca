using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// The AdditionalFile <c>MonotonicReads.Baseline.txt</c>: findings that a project starts with, one to a line,
/// <c>MR1001 M:Shop.Orders.Get(System.Int32)</c>; what follows <c>#</c> after a blank is a comment. Only what is new is reported.
/// </summary>
internal static class BaselineFile
{
    public const string Name = "MonotonicReads.Baseline.txt";

    private static readonly HashSet<string> Rules = new(StringComparer.Ordinal) { "MR1001", "MR1002", "MR1003", "MR1012" };

    /// <summary>Whether a baseline can accept findings of the rule.</summary>
    public static bool Takes(string rule) => Rules.Contains(rule);

    public static bool IsOne(AdditionalText file) => string.Equals(Path.GetFileName(file.Path), Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The lines that say anything; the entry is null where a line is not understood.</summary>
    public static IEnumerable<(TextSpan Span, string Line, BaselineEntry? Entry)> Lines(SourceText text) =>
        LineFile.Lines(text).Select(static line => (line.Span, line.Said, Parse(line.Said)));

    /// <summary>
    /// How a member is called in an entry: its documentation id, a local function's or an accessor's that of the member around it.
    /// </summary>
    public static string? MemberId(ISymbol symbol)
    {
        for (var member = symbol; member is not null; member = member.ContainingSymbol)
        {
            var named = member is IMethodSymbol { AssociatedSymbol: { } property } ? property : member;
            if (
                named is not IMethodSymbol { MethodKind: MethodKind.LocalFunction or MethodKind.AnonymousFunction }
                && named.GetDocumentationCommentId() is { } id
            )
            {
                return id;
            }
        }

        return null;
    }

    // A documentation id holds no blank; what names a handler after it may: `#GET /orders`. It writes `{Main}$` for `<Main>$`.
    private static BaselineEntry? Parse(string line)
    {
        var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return
            words is [var rule, var member, ..]
            && Rules.Contains(rule)
            && member.Length > 2
            && member[1] == ':'
            && (words.Length == 2 || member.IndexOf('#') >= 0)
            ? new BaselineEntry(rule, string.Join(" ", words.Skip(1)).Replace('<', '{').Replace('>', '}'))
            : null;
    }
}

/// <summary>One finding that a project has accepted for the time being.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Member">The member's documentation id; a local function's is that of the member around it. A handler's is followed by
/// <c>#</c> and what names it: <c>#GET /orders</c>.</param>
internal readonly record struct BaselineEntry(string Rule, string Member);
