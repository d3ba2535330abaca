using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Wrapping.Text;

/// <summary>Names as they have to be written.</summary>
internal static class Identifier
{
    /// <summary>
    /// Words that are names in most places and keywords in some that a wrapper has: accessors, async bodies, parameter lists.
    /// </summary>
    private static readonly HashSet<string> Doubtful = new(StringComparer.Ordinal)
    {
        "await",
        "field",
        "yield",
        "scoped",
        "record",
        "var",
        "dynamic",
        "nameof",
        "file",
        "required",
        "allows",
        "extension",
    };

    public static string Escape(string name) =>
        SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || Doubtful.Contains(name) ? "@" + name : name;

    /// <summary>The name, or the name and the first number that makes it differ from all taken ones.</summary>
    public static string Free(string name, ICollection<string> taken)
    {
        var candidate = name;
        for (var i = 1; taken.Contains(candidate); i++)
        {
            candidate = name + i.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return candidate;
    }
}
