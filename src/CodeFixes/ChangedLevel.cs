using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>A weaker guarantee that is declared already, on the member or by a session in its body, and is made a stronger one.</summary>
internal static class ChangedLevel
{
    private static readonly string[] Weaker = ["Monotonic", "Causal", "Global"];

    private static readonly string[] KnownToCausal = ["MaxStalenessMilliseconds", "OnReplicaLoss", "Reads"];

    private static readonly string[] KnownToGlobal = ["MaxWaitMilliseconds", "OnReplicaLoss", "Reads"];

    /// <summary>The attribute on the declaration, if it is weaker.</summary>
    public static AttributeSyntax? WeakerOn(SyntaxNode declaration, Guarantee guarantee) =>
        AttributePlace
            .ListsOf(declaration)
            .SelectMany(static l => l.Attributes)
            .FirstOrDefault(a => Weaker.Any(name => guarantee.IsStrongerThan(name) && AnnotationSyntax.IsNamed(a, name)));

    /// <summary>The change of the attribute's name; none where the stronger one has no such arguments.</summary>
    /// <param name="attribute">The weaker one.</param>
    /// <param name="guarantee">What it is to become.</param>
    /// <param name="written">How that is written where no namespace stands before it.</param>
    public static (ImmutableArray<TextChange> Changes, TextChange? Import) OfAttribute(
        AttributeSyntax attribute,
        Guarantee guarantee,
        WrittenName written
    )
    {
        var known =
            guarantee == Guarantee.Causal ? KnownToCausal
            : guarantee == Guarantee.Global ? KnownToGlobal
            : [];
        var arguments = attribute.ArgumentList?.Arguments ?? default;
        if (!arguments.All(a => a.NameEquals is { Name.Identifier.ValueText: var name } && known.Contains(name)))
        {
            return (ImmutableArray<TextChange>.Empty, null);
        }

        var qualified = attribute.Name switch
        {
            QualifiedNameSyntax { Right: var right } => right,
            AliasQualifiedNameSyntax { Name: var right } => right,
            _ => null,
        };
        return qualified is null
            ? (ImmutableArray.Create(new TextChange(attribute.Name.Span, written.Text)), written.Import)
            : (ImmutableArray.Create(new TextChange(qualified.Span, guarantee.Name)), null);
    }

    /// <summary>
    /// The levels of the sessions in which all of it is read, to be written anew; none where one of them is not begun by the body itself,
    /// or where a causal one would not know of what was written.
    /// </summary>
    public static ImmutableArray<TextChange> OfSessions(SyntaxNode body, Guarantee guarantee, Diagnostic diagnostic, SemanticModel model)
    {
        if (
            guarantee == Guarantee.Monotonic
            || (guarantee != Guarantee.Primary && !diagnostic.Properties.ContainsKey(FaultMessage.KnownToSessionProperty))
            || !diagnostic.Properties.TryGetValue(FaultMessage.SessionsProperty, out var begun)
        )
        {
            return ImmutableArray<TextChange>.Empty;
        }

        var changes = begun!
            .Split(',')
            .Select(place => LevelAt(int.Parse(place, NumberStyles.None, CultureInfo.InvariantCulture), body, guarantee, model))
            .ToList();
        return changes.Contains(null)
            ? ImmutableArray<TextChange>.Empty
            : changes.Select(level => new TextChange(level!.Value, guarantee.Name)).ToImmutableArray();
    }

    /// <summary>The name of the weaker level that a session begins with there.</summary>
    private static TextSpan? LevelAt(int begun, SyntaxNode body, Guarantee guarantee, SemanticModel model)
    {
        var call = body.FullSpan.Contains(begun)
            ? body.FindToken(begun)
                .Parent?.AncestorsAndSelf()
                .OfType<InvocationExpressionSyntax>()
                .FirstOrDefault(c =>
                    c.SpanStart == begun && c.Expression is MemberAccessExpressionSyntax { Name.Identifier.ValueText: "Begin" }
                )
            : null;
        return
            call is { ArgumentList.Arguments: [{ Expression: MemberAccessExpressionSyntax { Name.Identifier: var level } }, ..] }
            && IsWeaker(level.ValueText, guarantee)
            && SessionInCode.LevelOf(call, model, CancellationToken.None)?.ToString() == level.ValueText
            ? level.Span
            : null;
    }

    private static bool IsWeaker(string level, Guarantee guarantee) => guarantee.IsStrongerThan(level);
}
