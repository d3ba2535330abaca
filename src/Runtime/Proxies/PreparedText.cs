namespace MonotonicReads;

/// <summary>
/// Where a comment stands in a statement that is prepared: behind its first word, since MySqlConnector leaves out what stands before
/// that. Several statements in one text it prepares one by one, each of which would need the comment: they are not prepared.
/// </summary>
internal static class PreparedText
{
    /// <returns>The text with the comment; null where there are several statements, none, or it cannot be told where one ends.</returns>
    public static string? With(string text, string comment)
    {
        var tokens = new SqlTokens(text);
        do
        {
            if (!tokens.Next())
            {
                return null;
            }
        } while (tokens.Kind == SqlToken.OpeningParenthesis);
        if (tokens.Kind != SqlToken.Word)
        {
            return null;
        }

        var place = tokens.End;
        while (tokens.Next())
        {
            if (tokens.Kind == SqlToken.Semicolon && tokens.Next())
            {
                return null;
            }
        }

        return tokens.IsDoubtful ? null : $"{text.AsSpan(0, place)} {comment.AsSpan().TrimEnd()}{text.AsSpan(place)}";
    }
}
