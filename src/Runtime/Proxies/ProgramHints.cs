using System.Text;
using MonotonicReads.Sql;

namespace MonotonicReads.Proxies;

/// <summary>
/// The hints of MaxScale that a program wrote into its own comments. MaxScale obeys every comment of a text, and of several hints not the
/// first but the strongest (a route to the master before all), and some hold for the statements that follow too.
/// </summary>
/// <remarks>Source: MaxScale's hintparser.cc and queryclassifier.cc.</remarks>
internal static class ProgramHints
{
    private const string Word = "maxscale";

    /// <summary>The text without the hints in it.</summary>
    /// <param name="text">A program's text.</param>
    /// <param name="lasting">Whether only those are taken out that hold for later statements too.</param>
    /// <returns>The same text where there are none.</returns>
    /// <exception cref="NotSupportedException">MaxScale would take something for a hint that is no comment, so that it cannot be taken
    /// out.</exception>
    public static string Without(string text, bool lasting)
    {
        if (!text.Contains(Word, StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder? rest = null;
        var kept = 0;
        var comments = new SqlCommentRanges(text);
        foreach (var (start, end) in AsMaxScaleSees(text))
        {
            if (!IsHint(text.AsSpan(start, end - start), lasting))
            {
                continue;
            }

            if (comments.Around(start) is not { } own || own.End < end)
            {
                throw new NotSupportedException(
                    "MaxScale would read a hint ('maxscale ...') in what is no comment for the server, or ends elsewhere for it. Send the "
                        + "text as a parameter's value, or write it otherwise."
                );
            }

            if (own.Start < kept)
            {
                // Out already, with another hint in the same comment.
                continue;
            }

            rest ??= new StringBuilder(text.Length);

            // A comment separates what stands on its two sides.
            rest.Append(text, kept, own.Start - kept).Append(' ');
            kept = own.End;
        }

        return rest is null ? text : rest.Append(text, kept, text.Length - kept).ToString();
    }

    private static bool IsHint(ReadOnlySpan<char> comment, bool lasting)
    {
        var words = comment.ToString().Split((char[])[' ', '\t', '\n', '\v', '\f', '\r', '='], StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 0
            && words[0] == Word
            && (!lasting || words.Skip(1).Take(2).Any(static word => word is "begin" or "start" or "end" or "stop" or "prepare"));
    }

    // What stands in its comments, by its own rules: a backslash hides the next character everywhere.
    private static IEnumerable<(int Start, int End)> AsMaxScaleSees(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\\':
                    i++;
                    break;
                case '\'' or '"' or '`':
                    i = EndOf(text, i + 1, text[i].ToString());
                    break;
                case '#':
                    yield return (i + 1, EndOf(text, i + 1, "\n"));
                    i = EndOf(text, i + 1, "\n");
                    break;
                case '-' when At(text, i, "-- "):
                    yield return (i + 3, EndOf(text, i + 3, "\n"));
                    i = EndOf(text, i + 3, "\n");
                    break;
                case '/' when At(text, i, "/*"):
                    yield return (i + 2, EndOf(text, i + 2, "*/"));
                    i = EndOf(text, i + 2, "*/");
                    break;
            }
        }
    }

    private static bool At(string text, int position, string mark) => string.CompareOrdinal(text, position, mark, 0, mark.Length) == 0;

    private static int EndOf(string text, int from, string mark)
    {
        for (var i = from; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (At(text, i, mark))
            {
                return i;
            }
        }

        return text.Length;
    }
}
