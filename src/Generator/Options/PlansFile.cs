using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// The AdditionalFile <c>MonotonicReads.Plans.txt</c>: how many reads a call of a member makes, one member to a line,
/// <c>M:Shop.Orders.GetPageAsync(System.Int32) = 3</c>; what follows <c>#</c> after a blank is a comment. The wrapper of the member carries
/// the number as if its annotation said it; where the annotation says one, that counts.
/// </summary>
internal static class PlansFile
{
    public const string Name = "MonotonicReads.Plans.txt";

    public static bool IsOne(AdditionalText file) => IsNamed(file.Path);

    /// <summary>Whether a path ends in the file's name.</summary>
    public static bool IsNamed(string path) => string.Equals(Path.GetFileName(path), Name, StringComparison.OrdinalIgnoreCase);

    /// <summary>The lines that say anything; the entry is null where a line is not understood.</summary>
    public static IEnumerable<(TextSpan Span, string Line, PlanEntry? Entry)> Lines(SourceText text) =>
        LineFile.Lines(text).Select(static line => (line.Span, line.Said, Parse(line.Said)));

    /// <summary>What the file calls a method: its documentation id. Null for anything else: an accessor is not planned.</summary>
    public static string? MemberId(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation
            ? BaselineFile.MemberId(method.OriginalDefinition)
            : null;

    // A documentation id holds no blank, and no '=' either.
    private static PlanEntry? Parse(string line)
    {
        var sides = line.Split('=');
        return
            sides is [var left, var right]
            && left.Trim() is { Length: > 2 } member
            && member.StartsWith("M:", StringComparison.Ordinal)
            && !member.Any(char.IsWhiteSpace)
            && int.TryParse(right.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var reads)
            && reads > 0
            ? new PlanEntry(member.Replace('<', '{').Replace('>', '}'), reads)
            : null;
    }
}

/// <summary>How many reads a call of one member makes.</summary>
/// <param name="Member">The method's documentation id.</param>
/// <param name="Reads">The most that one path makes, one after the other.</param>
internal readonly record struct PlanEntry(string Member, int Reads) : IComparable<PlanEntry>
{
    /// <summary>Its line in the file, without line end.</summary>
    public string Line => Member + " = " + Reads.ToString(CultureInfo.InvariantCulture);

    /// <summary>The order of the file: that of its lines, character by character, as <c>LC_ALL=C sort</c> has it.</summary>
    public int CompareTo(PlanEntry other) => string.CompareOrdinal(Line, other.Line);
}
