namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// The routing hints in a text's comments. Facts from MaxScale's hintfilter, 24.02 (hintparser.cc); not a line of it is used.
/// A comment is <c>#</c> or <c>-- </c> (with a space, no other white space) up to the end of the line, or <c>/* */</c>. Its
/// words are separated by white space and <c>=</c>; keywords are lower case; a word after the end of the hint spoils it, and
/// so does a server's name that is a keyword.
/// </summary>
/// <param name="Target">Where to.</param>
/// <param name="Server">The name, if it is one server.</param>
internal sealed record MaxScaleHint(MaxScaleTarget Target, string? Server = null)
{
    /// <summary>Whether it holds for the client's later statements too, until the end of that is said.</summary>
    public bool IsLasting { get; init; }

    private static readonly string[] Keywords =
    [
        "begin",
        "end",
        "last",
        "master",
        "maxscale",
        "prepare",
        "route",
        "server",
        "slave",
        "start",
        "stop",
        "to",
    ];

    /// <summary>All that is understood, in order.</summary>
    public static IEnumerable<MaxScaleHint> In(string text) => Comments(text).Select(Parse).OfType<MaxScaleHint>();

    private static MaxScaleHint? Parse(string comment) =>
        Words(comment) switch
        {
            ["maxscale", "begin" or "start", .. var rest] => Parse("maxscale " + string.Join(' ', rest)) is { } begun
                ? begun with
                {
                    IsLasting = true,
                }
                : null,
            ["maxscale", "end" or "stop"] => new(MaxScaleTarget.EndOfLasting),
            ["maxscale", "route", "to", "master"] => new(MaxScaleTarget.Primary),
            ["maxscale", "route", "to", "slave"] => new(MaxScaleTarget.Replica),
            ["maxscale", "route", "to", "server", var name] when name != "=" && !Keywords.Contains(name) => new(MaxScaleTarget.Named, name),
            _ => null,
        };

    private static string[] Words(string comment) =>
        comment
            .Replace("=", " = ", StringComparison.Ordinal)
            .Split((char[])[' ', '\t', '\n', '\v', '\f', '\r'], StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Comments(string text)
    {
        for (var i = 0; i < text.Length; )
        {
            var mark = Mark(text, i);
            if (mark is not null)
            {
                var start = i + mark.Length;
                var isBlock = mark == "/*";
                var end = isBlock ? text.IndexOf("*/", start, StringComparison.Ordinal) : text.IndexOf('\n', start);
                if (isBlock && end < 0)
                {
                    yield break;
                }

                end = end < 0 ? text.Length : end;
                yield return text[start..end];
                i = isBlock ? end + 2 : end;
            }
            else
            {
                i = text[i] is '\'' or '"' or '`' ? SqlComments.EndOfQuoted(text, i) : i + (text[i] == '\\' ? 2 : 1);
            }
        }
    }

    private static string? Mark(string text, int index) =>
        ((string[])["#", "-- ", "/*"]).FirstOrDefault(mark => string.CompareOrdinal(text, index, mark, 0, mark.Length) == 0);
}

/// <summary>Where a hint sends a statement.</summary>
internal enum MaxScaleTarget
{
    Primary,
    Replica,
    Named,
    EndOfLasting,
}
