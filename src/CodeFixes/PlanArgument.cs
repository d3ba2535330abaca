using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>The argument <c>Reads</c> of the annotation on a method.</summary>
internal static class PlanArgument
{
    private const string Argument = "Reads";

    /// <summary>
    /// The change of the annotation's text; null where a comment would be lost, where a branch of an <c>#if</c> has other arguments,
    /// nothing is to be written, or the plan does not stand there.
    /// </summary>
    public static TextChange? ChangeFor(Diagnostic diagnostic, int reads, SyntaxNode? root)
    {
        if (
            !diagnostic.Properties.ContainsKey(SeriesPlan.ArgumentProperty)
            || root is null
            || AttributeOf(root.FindNode(diagnostic.Location.SourceSpan)) is not { } attribute
            || HasHiddenArguments(attribute)
        )
        {
            return null;
        }

        var arguments = attribute.ArgumentList?.Arguments ?? default;
        var old = arguments.FirstOrDefault(static a => a.NameEquals?.Name.Identifier.ValueText == Argument);
        var number = reads.ToString(CultureInfo.InvariantCulture);
        return (reads, old) switch
        {
            (<= 1, null) => null,
            (<= 1, _) => Removal(root, attribute.ArgumentList!, old),
            (_, not null) => IsBlank(root, old.Expression.Span) ? new TextChange(old.Expression.Span, number) : null,
            _ when attribute.ArgumentList is null => Insertion(attribute.Name.Span.End, $"({Argument} = {number})"),
            _ when arguments.Count == 0 => Insertion(attribute.ArgumentList.OpenParenToken.Span.End, $"{Argument} = {number}"),
            _ => Insertion(arguments.Last().Span.End, $", {Argument} = {number}"),
        };
    }

    private static TextChange Insertion(int place, string text) => new(new TextSpan(place, 0), text);

    private static TextChange? Removal(SyntaxNode root, AttributeArgumentListSyntax list, AttributeArgumentSyntax old)
    {
        var index = list.Arguments.IndexOf(old);
        var span =
            list.Arguments.Count == 1 ? list.Span
            : index == 0 ? TextSpan.FromBounds(old.SpanStart, list.Arguments[1].SpanStart)
            : TextSpan.FromBounds(list.Arguments.GetSeparator(index - 1).SpanStart, old.Span.End);
        return IsBlank(root, span) ? new TextChange(span, string.Empty) : null;
    }

    /// <summary>Whether nothing but white space stands between the tokens.</summary>
    private static bool IsBlank(SyntaxNode root, TextSpan span) =>
        root.DescendantTrivia(span)
            .Where(t => span.Contains(t.Span))
            .All(static t => t.IsKind(SyntaxKind.WhitespaceTrivia) || t.IsKind(SyntaxKind.EndOfLineTrivia));

    /// <summary>Whether a branch that is compiled or one that is not has arguments of its own.</summary>
    private static bool HasHiddenArguments(AttributeSyntax attribute)
    {
        var around = TextSpan.FromBounds(attribute.SpanStart, attribute.GetLastToken().GetNextToken().SpanStart);
        return attribute
            .Parent!.DescendantTrivia(around, descendIntoTrivia: false)
            .Any(t => t.IsKind(SyntaxKind.DisabledTextTrivia) && around.Contains(t.Span) && HoldsCode(t));
    }

    private static bool HoldsCode(SyntaxTrivia hidden) =>
        SyntaxFactory.ParseTokens(hidden.ToString()).Any(static t => !t.IsKind(SyntaxKind.EndOfFileToken));

    /// <summary>The annotation that is reported itself, where it stands on a type, or that of the method that is reported.</summary>
    private static AttributeSyntax? AttributeOf(SyntaxNode reported) =>
        reported.FirstAncestorOrSelf<AttributeSyntax>()
        ?? reported
            .FirstAncestorOrSelf<MethodDeclarationSyntax>()
            ?.AttributeLists.SelectMany(static l => l.Attributes)
            .FirstOrDefault(AnnotationSyntax.MayPlan);
}
