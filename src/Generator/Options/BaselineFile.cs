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
                return WithoutAngles(id);
            }
        }

        return null;
    }

    /// <summary>
    /// How a handler is called after its member: what a line cannot hold is left out, and of several the second of one name has <c>#2</c>
    /// at its end.
    /// </summary>
    /// <param name="names">What each is called in messages, in the order in which they stand in the source.</param>
    public static IReadOnlyList<string> HandlerIds(IEnumerable<string> names)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var ids = new List<string>();
        foreach (var name in names)
        {
            var plain = string.Join(" ", Words(name)).Replace(" #", " ");
            var id = plain;
            for (var number = 2; !taken.Add(id); number++)
            {
                id = $"{plain}#{number}";
            }

            ids.Add(id);
        }

        return ids;
    }

    // A documentation id holds no blank; what names a handler after it may: `#GET /orders`.
    private static BaselineEntry? Parse(string line)
    {
        var words = Words(line);
        return
            words is [var rule, var member, ..]
            && Rules.Contains(rule)
            && member.Length > 2
            && member[1] == ':'
            && (words.Length == 2 || member.IndexOf('#') >= 0)
            ? new BaselineEntry(rule, WithoutAnglesInId(string.Join(" ", words.Skip(1))))
            : null;
    }

    private static string[] Words(string text) =>
        new string([.. text.Select(static c => char.IsWhiteSpace(c) || char.IsControl(c) ? ' ' : c)]).Split(
            [' '],
            StringSplitOptions.RemoveEmptyEntries
        );

    /// <summary>A route may hold <c>&lt;</c> as it is: only what stands before a handler's name is a documentation id.</summary>
    private static string WithoutAnglesInId(string member)
    {
        var blank = member.IndexOf(' ');
        var id = blank < 0 ? member : member.Substring(0, blank);
        var end = id.IndexOf(")#", StringComparison.Ordinal) is >= 0 and var close ? close : id.Length;
        return WithoutAngles(member.Substring(0, end)) + member.Substring(end);
    }

    /// <summary>A documentation id writes <c>{Main}$</c> for <c>&lt;Main&gt;$</c>, and arguments of types alike.</summary>
    private static string WithoutAngles(string id) => id.Replace('<', '{').Replace('>', '}');
}

/// <summary>One finding that a project has accepted for the time being.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Member">The member's documentation id; a local function's is that of the member around it. A handler's is followed by
/// <c>#</c> and what names it: <c>#GET /orders</c>.</param>
internal readonly record struct BaselineEntry(string Rule, string Member) : IComparable<BaselineEntry>
{
    /// <summary>Its line in the file, without line end.</summary>
    public string Line => Rule + " " + Member;

    /// <summary>The order of the file: that of its lines, character by character, as <c>LC_ALL=C sort</c> has it.</summary>
    public int CompareTo(BaselineEntry other) => string.CompareOrdinal(Line, other.Line);
}
