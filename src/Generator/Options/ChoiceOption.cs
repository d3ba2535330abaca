using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Generator.Options;

/// <summary>An option of <c>.editorconfig</c> that takes one of a few words.</summary>
/// <param name="key">Its full name.</param>
/// <param name="values">The words, the default first.</param>
internal sealed class ChoiceOption<T>(string key, params (string Word, T Meaning)[] values) : IChoiceOption
{
    public string Key { get; } = key;

    public T Default => values[0].Meaning;

    public IEnumerable<string> Words => values.Select(static v => v.Word);

    public bool Understands(string value) => values.Any(v => Same(v.Word, value));

    /// <summary>
    /// The file's own value, then the global one, then the default; the default also for a value that is not understood, which MR3001
    /// reports.
    /// </summary>
    public T Read(AnalyzerConfigOptions file, AnalyzerConfigOptions global)
    {
        if (file.TryGetValue(Key, out var value) || global.TryGetValue(Key, out value))
        {
            foreach (var (word, meaning) in values)
            {
                if (Same(word, value))
                {
                    return meaning;
                }
            }
        }

        return Default;
    }

    private static bool Same(string word, string value) => string.Equals(word, value.Trim(), StringComparison.OrdinalIgnoreCase);
}

/// <summary>What MR3001 needs to know of an option that takes one of a few words.</summary>
internal interface IChoiceOption
{
    /// <summary>Its full name.</summary>
    string Key { get; }

    /// <summary>The words that it takes, the default first.</summary>
    IEnumerable<string> Words { get; }

    /// <summary>True for one of the words, whatever its case and the blanks around it.</summary>
    bool Understands(string value);
}
