namespace MonotonicReads.Sql;

/// <summary>Finds a word by a part of a text, without a string of its own. Words are of ASCII, as the server's are.</summary>
internal sealed class SqlWordTable
{
    private readonly SqlWord?[] _places;
    private readonly int _longest;

    public SqlWordTable(IReadOnlyCollection<SqlWord> words)
    {
        var size = 64;
        while (size < words.Count * 4)
        {
            size *= 2;
        }

        _places = new SqlWord?[size];
        foreach (var word in words)
        {
            var place = Place(word.Text, 0, word.Text.Length);
            while (_places[place] is not null)
            {
                place = (place + 1) & (size - 1);
            }

            _places[place] = word;
            _longest = Math.Max(_longest, word.Text.Length);
        }
    }

    public SqlWord? Find(string text, int start, int end)
    {
        var length = end - start;
        if (length < 2 || length > _longest)
        {
            return null;
        }

        for (var place = Place(text, start, length); _places[place] is { } word; place = (place + 1) & (_places.Length - 1))
        {
            if (word.Text.Length == length && IsSame(word.Text, text, start))
            {
                return word;
            }
        }

        return null;
    }

    private static bool IsSame(string word, string text, int start)
    {
        for (var i = 0; i < word.Length; i++)
        {
            if (Upper(text[start + i]) != word[i])
            {
                return false;
            }
        }

        return true;
    }

    private static int Upper(char c) => c is >= 'a' and <= 'z' ? c - 32 : c;

    // The ends and the middle of a word and its length tell the vocabulary's words apart well enough.
    private int Place(string text, int start, int length)
    {
        var hash = Upper(text[start]);
        hash = (hash * 31) + Upper(text[start + 1]);
        hash = (hash * 31) + Upper(text[start + (length / 2)]);
        hash = (hash * 31) + Upper(text[start + length - 1]);
        return ((hash * 31) + length) & (_places.Length - 1);
    }
}
