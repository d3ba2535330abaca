using System.Text.RegularExpressions;
using MonotonicReads.Sql;

namespace MonotonicReads.Generator.Merging;

/// <summary>Texts that can stand behind each other in one command.</summary>
internal static class MergedText
{
    /// <summary>One query that reads and does nothing else, with all that ends in it.</summary>
    public static bool CanHold(string text)
    {
        var statements = new SqlStatements(text);
        if (!statements.Next() || statements.Current is not { Kind: SqlStatementKind.Read } read || read.Has(~SqlTraits.Table))
        {
            return false;
        }

        // Dapper's literals ({=x}) and positions (?x?), and a word alone, which it takes for a procedure.
        return !statements.Next()
            && !statements.AsksForPrimary
            && text.IndexOfAny(['{', '?']) < 0
            && text.Trim().Any(char.IsWhiteSpace)
            && (
                statements.Doubts == SqlDoubts.None
                || (statements.Doubts == SqlDoubts.ForeignQuotes && !HasComment(text) && text.IndexOf(';') < 0)
            )
            && !(HasComment(text) && text.IndexOf(';') >= 0);
    }

    /// <summary>What stands between a text and the next, so that neither a comment nor a semicolon at its end does harm.</summary>
    public static string Separator(string text) =>
        HasComment(text) ? "\\n;\\n"
        : text.TrimEnd().EndsWith(";", StringComparison.Ordinal) ? " "
        : "; ";

    /// <summary>Whether a text names a parameter, in any case: beside it, the other one's value would come to it.</summary>
    public static bool Names(string text, string parameter) =>
        Regex.IsMatch(
            text,
            "[?@:$]" + Regex.Escape(parameter) + @"(?![\p{L}\p{N}_])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1)
        );

    private static bool HasComment(string text) => text.Contains("--") || text.Contains("/*") || text.IndexOf('#') >= 0;
}
