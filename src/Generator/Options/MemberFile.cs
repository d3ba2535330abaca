using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// An AdditionalFile that lists members, one to a line: <c>read Shop.Data.IOrderStore.Get*</c>, <c>write ...</c>, <c>primary ...</c>; what
/// follows <c>#</c> after a blank is a comment. A package adds a list of its own under a name of its own:
/// <c>MonotonicReads.Members.Shop.Data.txt</c>.
/// </summary>
internal static class MemberFile
{
    public static bool IsOne(AdditionalText file)
    {
        var name = Path.GetFileName(file.Path);
        return name.StartsWith("MonotonicReads.Members.", StringComparison.OrdinalIgnoreCase)
            && name.EndsWith(".txt", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The lines that say anything; the pattern is null where a line is not understood.</summary>
    public static IEnumerable<(TextSpan Span, string Line, MemberPattern? Pattern)> Lines(SourceText text) =>
        LineFile.Lines(text).Select(static line => (line.Span, line.Said, Parse(line.Said)));

    private static MemberPattern? Parse(string line)
    {
        var words = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        return words is [var role, var name] && RoleOf(role) is { } known ? MemberPattern.TryParse(known, name) : null;
    }

    private static ListedRole? RoleOf(string word) =>
        word.ToLowerInvariant() switch
        {
            "read" => ListedRole.Read,
            "write" => ListedRole.Write,
            "primary" => ListedRole.Primary,
            _ => null,
        };
}
