namespace MonotonicReads.Sql;

/// <summary>Why two servers, versions or SQL modes may cut one text differently. The tokens are those of MySQL's defaults.</summary>
[Flags]
internal enum SqlDoubts
{
    None = 0,

    /// <summary>A string or name does not end, or ends elsewhere under NO_BACKSLASH_ESCAPES.</summary>
    Quotes = 1,

    /// <summary>A comment does not end, or not for every server: <c>--</c> without a blank, one comment in another.</summary>
    Comment = 2,

    /// <summary><c>/*! ... */</c>: what is in it runs, depending on the version.</summary>
    ExecutableComment = 4,

    /// <summary>A number goes over into letters: <c>1.0FOR UPDATE</c> locks.</summary>
    Number = 8,

    /// <summary>Brackets or dollars, which quote elsewhere.</summary>
    ForeignQuotes = 16,

    /// <summary>A blank outside ASCII, a NUL or a brace.</summary>
    Character = 32,

    /// <summary>A part is known only at run time.</summary>
    Hole = 64,
}
