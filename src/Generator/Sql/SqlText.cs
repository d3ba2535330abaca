using MonotonicReads.Sql;

namespace MonotonicReads.Generator.Sql;

/// <summary>
/// A command text as far as the source shows it: literal characters, <see cref="Hole"/> for a part that is known only at
/// run time, and <see cref="Rest"/> where everything that follows is unknown.
/// </summary>
internal static class SqlText
{
    /// <summary>Stands for one part that is known only at run time (an interpolation, a variable).</summary>
    public const char Hole = SqlHole.Part;

    /// <summary>Ends a text whose remainder was given up on; whatever is appended changes nothing.</summary>
    public const char Rest = SqlHole.Rest;

    /// <summary>Longer texts keep their head, which decides.</summary>
    private const int MaxLength = 16_384;

    private const int MaxSubstitutions = 8;

    public static readonly string Unknown = Hole.ToString();

    /// <summary>Stands for the value of a method's parameter, which the caller knows.</summary>
    public static string Parameter(int ordinal) =>
        ordinal <= SqlHole.LastParameter - SqlHole.FirstParameter ? ((char)(SqlHole.FirstParameter + ordinal)).ToString() : Unknown;

    /// <summary>True where the character stands for something known only at run time.</summary>
    public static bool IsUnknown(char c) => SqlHole.Is(c);

    public static bool HasParameters(string text) => text.Any(SqlHole.IsParameter);

    /// <summary>The text with each parameter replaced by one of the texts that its argument may be.</summary>
    public static IEnumerable<string> Substitute(string text, Func<int, IEnumerable<string>> argument)
    {
        var at = 0;
        while (at < text.Length && !SqlHole.IsParameter(text[at]))
        {
            at++;
        }

        if (at == text.Length)
        {
            return [text];
        }

        var head = text.Substring(0, at);
        var tails = Substitute(text.Substring(at + 1), argument).ToList();
        return argument(text[at] - SqlHole.FirstParameter)
            .SelectMany(value => tails.Select(tail => Append(Append(head, value), tail)))
            .Take(MaxSubstitutions);
    }

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

    public static string WithUnknownRest(string head) => head.Length > 0 && head[head.Length - 1] == Rest ? head : head + Rest;

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
