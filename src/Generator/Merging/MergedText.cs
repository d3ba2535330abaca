using System.Text.RegularExpressions;
using MonotonicReads.Sql;

namespace MonotonicReads.Generator.Merging;

/// <summary>Texts that can stand behind each other in one command.</summary>
internal static class MergedText
{
    /// <summary>
    /// Functions that every server has and that only look at what they are handed, and words that may stand before brackets.
    /// </summary>
    private static readonly HashSet<string> Known = new(
        (
            "COUNT SUM MIN MAX AVG TOTAL GROUP_CONCAT STRING_AGG COALESCE IFNULL NULLIF ISNULL IF IIF GREATEST LEAST "
            + "CONCAT CONCAT_WS LOWER UPPER LENGTH CHAR_LENGTH LEN TRIM LTRIM RTRIM SUBSTRING SUBSTR LEFT RIGHT REPLACE "
            + "ROUND FLOOR CEIL CEILING ABS MOD SIGN CAST CONVERT DATE YEAR MONTH DAY HOUR MINUTE SECOND DATE_FORMAT "
            + "DATEDIFF DATE_ADD DATE_SUB NOW CURRENT_TIMESTAMP UTC_TIMESTAMP GETDATE GETUTCDATE "
            + "ROW_NUMBER RANK DENSE_RANK LAG LEAD FIRST_VALUE LAST_VALUE "
            + "SELECT FROM JOIN ON USING WHERE AND OR NOT IN EXISTS ANY ALL SOME AS OVER BY HAVING CASE WHEN THEN ELSE "
            + "UNION EXCEPT INTERSECT DISTINCT LIKE BETWEEN LIMIT OFFSET TOP VALUES VARCHAR NVARCHAR CHAR DECIMAL"
        ).Split(' '),
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>One query that reads and does nothing else, with all that ends in it.</summary>
    public static bool CanHold(string text)
    {
        var statements = new SqlStatements(text);
        if (
            !statements.Next()
            || statements.Current is not { Kind: SqlStatementKind.Read } read
            || read.Has(~(SqlTraits.Table | SqlTraits.UnknownFunction))
        )
        {
            return false;
        }

        // Dapper's literals ({=x}) and positions (?x?), and a word alone, which it takes for a procedure.
        return !statements.Next()
            && CallsKnownOnly(text)
            && !statements.AsksForPrimary
            && text.IndexOfAny(['{', '?']) < 0
            && text.Trim().Any(char.IsWhiteSpace)
            && (
                statements.Doubts == SqlDoubts.None
                || (statements.Doubts == SqlDoubts.ForeignQuotes && !HasComment(text) && text.IndexOf(';') < 0)
            )
            && !(HasComment(text) && (text.IndexOf(';') >= 0 || text.IndexOfAny(['\'', '"', '`']) >= 0));
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

    /// <summary>Whether a text names what Dapper calls an item of a list: <c>@ids1</c> of <c>@ids</c>.</summary>
    public static bool NamesItem(string text, string list) =>
        Regex.IsMatch(
            text,
            "[?@:$]" + Regex.Escape(list) + @"[0-9]+(?![\p{L}\p{N}_])",
            RegexOptions.IgnoreCase | RegexOptions.CultureInvariant,
            TimeSpan.FromSeconds(1)
        );

    /// <summary>Whether a name is what Dapper calls an item of a list.</summary>
    public static bool IsItem(string name, string list) =>
        name.Length > list.Length
        && name.StartsWith(list, StringComparison.OrdinalIgnoreCase)
        && name.Skip(list.Length).All(static c => c is >= '0' and <= '9');

    /// <summary>
    /// Whether the first row is the first of an order and nothing limits the others: the query itself stops behind it, a reader has to
    /// fetch them all.
    /// </summary>
    public static bool FetchesMore(string text) =>
        HasWord(text, "ORDER") && !HasWord(text, "LIMIT") && !HasWord(text, "TOP") && !HasWord(text, "FETCH");

    private static bool HasWord(string text, string word) =>
        Regex.IsMatch(text, $@"\b{word}\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));

    /// <summary>A function of somebody's own may write, wait, or hold a lock for the next statement.</summary>
    private static bool CallsKnownOnly(string text) =>
        Regex
            .Matches(WithoutComments(text), @"([\p{L}\p{N}_.`""\]$]+)\s*\(", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
            .Cast<Match>()
            .All(static call => Known.Contains(call.Groups[1].Value));

    /// <summary>A comment may stand between a name and its bracket. There is no text in quotes where there is one.</summary>
    private static string WithoutComments(string text) =>
        HasComment(text)
            ? Regex.Replace(
                text,
                @"/\*.*?\*/|(?:--|#)[^\n]*",
                " ",
                RegexOptions.Singleline | RegexOptions.CultureInvariant,
                TimeSpan.FromSeconds(1)
            )
            : text;

    private static bool HasComment(string text) => text.Contains("--") || text.Contains("/*") || text.IndexOf('#') >= 0;
}
