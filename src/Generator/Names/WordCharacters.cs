using System.Globalization;

namespace MonotonicReads.Generator.Names;

/// <summary>The characters of identifiers.</summary>
internal static class WordCharacters
{
    public static bool IsStart(char c) => (uint)((c | 0x20) - 'a') < 26 || c == '_' || (c >= 128 && char.IsLetter(c));

    public static bool IsPart(char c) => IsStart(c) || (uint)(c - '0') < 10 || (c >= 128 && IsOtherPart(c));

    private static bool IsOtherPart(char c) =>
        char.GetUnicodeCategory(c)
            is UnicodeCategory.DecimalDigitNumber
                or UnicodeCategory.LetterNumber
                or UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.ConnectorPunctuation
                or UnicodeCategory.Format;
}
