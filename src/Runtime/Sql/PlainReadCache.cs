using System.Runtime.CompilerServices;

namespace MonotonicReads.Sql;

/// <summary>
/// Remembers which texts are plain reads, by reference: a program sends the same literals again and again, and finding
/// one here costs less than hashing it. Bounded; a text that shares its place with another is judged again.
/// </summary>
internal sealed class PlainReadCache
{
    private const int Places = 512;
    private const int LongestKept = 4096;

    private readonly Verdict?[] _verdicts = new Verdict?[Places];

    public bool IsPlainRead(string text)
    {
        ref var place = ref _verdicts[RuntimeHelpers.GetHashCode(text) & (Places - 1)];
        if (Volatile.Read(ref place) is { } known && ReferenceEquals(known.Text, text))
        {
            return known.IsPlainRead;
        }

        var isPlainRead = PlainRead.IsProven(text);
        if (text.Length <= LongestKept)
        {
            Volatile.Write(ref place, new Verdict(text, isPlainRead));
        }

        return isPlainRead;
    }

    private sealed class Verdict(string text, bool isPlainRead)
    {
        public string Text => text;

        public bool IsPlainRead => isPlainRead;
    }
}
