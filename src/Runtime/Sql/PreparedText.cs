namespace MonotonicReads.Sql;

/// <summary>
/// Where a comment stands in a statement that is prepared: behind its first word or parenthesis, since MySqlConnector leaves out what
/// stands before that when it prepares, and before everything, since it sends as text what is in a batch, what was prepared on a connection
/// that it has left, and all where <c>IgnorePrepare</c> is on: a program's own comment must not be the first one. Several statements in one
/// text it prepares one by one, each of which would need the comment: they are not prepared.
/// </summary>
internal static class PreparedText
{
    /// <returns>The text with the comment; null where there are several statements, none, or it cannot be told where one ends.</returns>
    public static string? With(string text, string comment)
    {
        var tokens = new SqlTokens(text);
        var place = 0;
        do
        {
            if (!tokens.Next())
            {
                return null;
            }

            place = place == 0 ? tokens.End : place;
        } while (tokens.Is('('));
        if (tokens.Kind != SqlTokenKind.Word)
        {
            return null;
        }

        tokens.SkipStatement();
        if (tokens.Next() || tokens.Doubts != SqlDoubts.None)
        {
            return null;
        }

        return $"{comment}{text.AsSpan(0, place)} {comment.AsSpan().TrimEnd()}{text.AsSpan(place)}";
    }
}
