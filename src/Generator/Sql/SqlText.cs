namespace MonotonicReads.Generator.Sql;

/// <summary>
/// A command text as far as the source shows it: literal characters, <see cref="Hole"/> for a part that is known only at
/// run time, and <see cref="Rest"/> where everything that follows is unknown.
/// </summary>
internal static class SqlText
{
    /// <summary>Stands for one part that is known only at run time (an interpolation, a variable).</summary>
    public const char Hole = '\uFFFC';

    /// <summary>Ends a text whose remainder was given up on; whatever is appended changes nothing.</summary>
    public const char Rest = '\uFFFB';

    /// <summary>Longer texts keep their head, which decides.</summary>
    private const int MaxLength = 16_384;

    public static readonly string Unknown = Hole.ToString();

    public static string Append(string head, string tail)
    {
        if (head.Length > 0 && head[head.Length - 1] == Rest)
        {
            return head;
        }

        if (tail.Length > 0 && tail[0] == Hole && head.Length > 0 && head[head.Length - 1] == Hole)
        {
            tail = tail.Substring(1);
        }

        return head.Length + tail.Length <= MaxLength ? head + tail : WithUnknownRest((head + tail).Substring(0, MaxLength));
    }

    public static string WithUnknownRest(string head) =>
        head.Length > 0 && head[head.Length - 1] == Rest ? head : head + Rest;

    /// <summary>What two texts have in common at their head, the remainder given up.</summary>
    public static string CommonHead(string a, string b)
    {
        var n = 0;
        while (n < a.Length && n < b.Length && a[n] == b[n] && a[n] != Rest)
        {
            n++;
        }

        return WithUnknownRest(a.Substring(0, n));
    }
}
