namespace MonotonicReads.Sql;

/// <summary>Comments by which a text asks for the primary: of MaxScale, of cloud vendors' proxies, and of habit.</summary>
internal static class SqlHints
{
    private static readonly string[] WholeComments = ["master", "@writer"];

    private static readonly string[] Within = ["maxscale route to master", "FORCE_MASTER"];

    /// <summary>Whether the comment from start to end, its marks included, is or holds one of them.</summary>
    public static bool AsksForPrimary(string text, int start, int end)
    {
        foreach (var hint in Within)
        {
            if (end - start > hint.Length && text.IndexOf(hint, start, end - start, StringComparison.OrdinalIgnoreCase) >= 0)
            {
                return true;
            }
        }

        if (text[start] != '/')
        {
            return false;
        }

        start += 2;
        end -= 2;
        while (start < end && text[start] == ' ')
        {
            start++;
        }

        while (end > start && text[end - 1] == ' ')
        {
            end--;
        }

        foreach (var hint in WholeComments)
        {
            if (end - start == hint.Length && string.Compare(text, start, hint, 0, hint.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                return true;
            }
        }

        return false;
    }
}
