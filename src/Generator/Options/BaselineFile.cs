using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// The AdditionalFile <c>MonotonicReads.Baseline.txt</c>: findings that a project starts with, one to a line,
/// <c>MR1001 M:Shop.Orders.Get(System.Int32)</c>; what follows <c>#</c> is a comment. Only what is new is reported.
/// </summary>
internal static class BaselineFile
{
    public const string Name = "MonotonicReads.Baseline.txt";

    private static readonly HashSet<string> Rules = new(StringComparer.Ordinal) { "MR1001", "MR1002", "MR1003", "MR1012" };

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

    // A documentation id holds no blank.
    private static BaselineEntry? Parse(string line) =>
        line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var rule, var member]
        && Rules.Contains(rule)
        && member.Length > 2
        && member[1] == ':'
            ? new BaselineEntry(rule, member)
            : null;
}

/// <summary>One finding that a project has accepted for the time being.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Member">The member's documentation id; a local function's is that of the member around it.</param>
internal readonly record struct BaselineEntry(string Rule, string Member);
