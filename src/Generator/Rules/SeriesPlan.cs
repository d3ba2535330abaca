using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Rules;

/// <summary>The plan of a series, <c>[Monotonic(Reads = 3)]</c> or a line of a plans file, or the places for one.</summary>
/// <param name="Reads">How many reads it says; 0 where nothing is said.</param>
/// <param name="Declaration">The method that is planned.</param>
/// <param name="TakesArgument">Whether <c>Reads</c> can stand in an annotation on the method itself.</param>
/// <param name="Member">What a line of the file calls it; null where no line is read for it.</param>
/// <param name="Line">The line that says it; null where the annotation does, or nothing.</param>
internal sealed record SeriesPlan(int Reads, MethodDeclarationSyntax Declaration, bool TakesArgument, string? Member, Location? Line)
{
    /// <summary>The key of a diagnostic's property that tells the fix how many reads there are; 0 for none to plan.</summary>
    public const string ReadsProperty = "Reads";

    /// <summary>The key of a property that says what a line of the plans file calls the member.</summary>
    public const string MemberProperty = "PlannedMember";

    /// <summary>The key of a property that says what a line is about that plans nothing.</summary>
    public const string MemberInVainProperty = "MemberInVain";

    /// <summary>The key of a property that is there where a line before this one counts.</summary>
    public const string AgainProperty = "Again";

    /// <summary>The key of a property that is there where an argument of the annotation can be written.</summary>
    public const string ArgumentProperty = "Argument";

    /// <summary>
    /// Whether a part of the body is not compiled here: for another target framework the number of reads may be another, and a file that
    /// stands for all of them must not change with each.
    /// </summary>
    public bool HasOtherVersions =>
        Declaration
            .DescendantTrivia(descendIntoTrivia: true)
            .Any(static t => t.RawKind == (int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.DisabledTextTrivia);
}
