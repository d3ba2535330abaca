using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.CodeFixes;

/// <summary>A session in code where an annotation stands that nothing can keep.</summary>
internal static class SessionInsteadOf
{
    private static readonly ImmutableArray<Guarantee> All = ImmutableArray.Create(
        Guarantee.Monotonic,
        Guarantee.Causal,
        Guarantee.Global,
        Guarantee.Primary
    );

    /// <summary>
    /// Null where the annotation says more than its level or is not the method's alone, or a session would end before the last read.
    /// </summary>
    public static async Task<Remedy?> AnnotationAsync(SyntaxNode declaration, SourceFile file, CancellationToken cancellation)
    {
        var attributes = AttributePlace
            .ListsOf(declaration)
            .SelectMany(static l => l.Attributes)
            .Where(static a => All.Any(g => AnnotationSyntax.IsNamed(a, g.Name)))
            .ToList();
        if (
            attributes is not [{ ArgumentList: null or { Arguments.Count: 0 } } attribute]
            || FirstStatement.BodyOf(declaration) is not { } body
            || ConsistencyDeclarations.MethodOf(declaration, file.Model, cancellation) is not { } method
            || AttributeRemoval.Of(attribute, file.Layout) is not { } removal
            || !await HeldAnnotation.IsOfMethodAloneAsync(file.Document.Project, method, cancellation).ConfigureAwait(false)
        )
        {
            return null;
        }

        var calls = body.DescendantNodes().OfType<InvocationExpressionSyntax>().Select(static c => NameOf(c).GetLocation()).ToList();
        if (
            !SessionStatement.CanStandIn(declaration, method, calls, file.Model)
            || ReadAhead.Changes(body, calls, file.Model, cancellation) is not { IsEmpty: true }
        )
        {
            return null;
        }

        var guarantee = All.First(g => AnnotationSyntax.IsNamed(attribute, g.Name));
        var planned = ConsistencyDeclarations.Session(declaration, method, guarantee, ImmutableArray<TextChange>.Empty, [], file);
        return planned is null
            ? null
            : new Remedy(
                guarantee.Title(ConsistencyDeclarations.NameOf(method), $"begin {guarantee.Session} instead of [{guarantee.Name}]"),
                MakeWrappableFix.SessionKey,
                new FileEdit(file.Document.Id, planned.Changes.Insert(0, removal), planned.Import)
            );
    }

    private static SyntaxNode NameOf(InvocationExpressionSyntax call) =>
        call.Expression is MemberAccessExpressionSyntax access ? access.Name : call.Expression;
}
