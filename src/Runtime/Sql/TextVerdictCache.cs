using System.Runtime.CompilerServices;

namespace MonotonicReads.Sql;

/// <summary>
/// Remembers what texts are, by reference: a program sends the same literals again and again, and finding
/// one here costs less than hashing it. Bounded; a text that shares its place with another is judged again.
/// </summary>
internal sealed class TextVerdictCache
{
    private const int Places = 512;
    private const int LongestKept = 4096;

    private readonly Known?[] _known = new Known?[Places];

    public TextVerdict Of(string text)
    {
        ref var place = ref _known[RuntimeHelpers.GetHashCode(text) & (Places - 1)];
        if (Volatile.Read(ref place) is { } known && ReferenceEquals(known.Text, text))
        {
            return known.Verdict;
        }

        var verdict = TextVerdict.Of(text);
        if (text.Length <= LongestKept)
        {
            Volatile.Write(ref place, new Known(text, verdict));
        }

        return verdict;
    }

    private sealed class Known(string text, TextVerdict verdict)
    {
        public string Text => text;

        public TextVerdict Verdict => verdict;
    }
}
