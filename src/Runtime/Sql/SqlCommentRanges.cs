namespace MonotonicReads.Sql;

/// <summary>Where the comments of a text are for MySQL and MariaDB; the marks belong to them, and a line's end does not.</summary>
/// <param name="text">The text.</param>
internal readonly struct SqlCommentRanges(string text)
{
    /// <summary>The comment in which a place is.</summary>
    /// <param name="place">Behind the comment's mark.</param>
    /// <returns>Null where it is in none: in what is quoted, in a name, or in what is executed.</returns>
    public (int Start, int End)? Around(int place)
    {
        var doubts = SqlDoubts.None;
        for (var i = 0; i < place; )
        {
            var end = i;
            if (text[i] is '\'' or '"' or '`')
            {
                i = SqlLiterals.EndOfQuoted(text, i, ref doubts);
                continue;
            }

            if (SqlComments.IsExecutable(text, i))
            {
                i = SqlComments.StartOfExecutable(text, i);
                continue;
            }

            if (SqlComments.At(text, i, "/*"))
            {
                end = SqlComments.EndOfBlock(text, i, ref doubts);
            }
            else if (text[i] == '#' || (SqlComments.At(text, i, "--") && (i + 2 == text.Length || text[i + 2] <= ' ')))
            {
                end = SqlComments.EndOfLine(text, i, ref doubts);
            }

            if (end >= place)
            {
                return (i, end);
            }

            i = end > i ? end : i + 1;
        }

        return null;
    }
}
