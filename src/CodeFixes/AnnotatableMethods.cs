using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Which methods of a project can be annotated, all at once: every annotation takes effect, MR2001 names nothing new in any project, and no
/// other annotation gives way.
/// </summary>
internal static class AnnotatableMethods
{
    /// <param name="project">The project.</param>
    /// <param name="methods">Methods of any number of its types. Together, since the first annotation of a type decides the shape of its
    /// wrapper for all.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<IMethodSymbol>> AmongAsync(
        Project project,
        IEnumerable<IMethodSymbol> methods,
        CancellationToken cancellation
    )
    {
        if (await project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation)
        {
            return ImmutableArray<IMethodSymbol>.Empty;
        }

        var harmless = new List<IMethodSymbol>();
        foreach (var method in methods.Where(static m => CanCarry(m) && !SaysMoreElsewhere(m)))
        {
            if (
                AssumedAnnotation.HarmsNoHeir(method, compilation, cancellation)
                && await HarmsNobodyElsewhereAsync(project, method, cancellation).ConfigureAwait(false)
            )
            {
                harmless.Add(method);
            }
        }

        return WrappingDecision.CoverableTogether(harmless, compilation);
    }

    /// <summary>The other projects of the solution that have a type which derives from one.</summary>
    public static async Task<IEnumerable<Project>> DependentsOfAsync(
        Project project,
        INamedTypeSymbol type,
        CancellationToken cancellation
    ) =>
        IsSeenOutside(type)
            ? (await NamingProjects.OfAsync(project.Solution, project.Id, type.Name, cancellation).ConfigureAwait(false))
                .Select(id => project.Solution.GetProject(id)!)
                .Where(p => p.Language == project.Language)
            : [];

    /// <summary>The same method as another project sees it.</summary>
    public static IMethodSymbol? In(Compilation compilation, IMethodSymbol method) =>
        method.OriginalDefinition.GetDocumentationCommentId() is { } id
            ? DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation) as IMethodSymbol
            : null;

    private static async Task<bool> HarmsNobodyElsewhereAsync(Project project, IMethodSymbol method, CancellationToken cancellation)
    {
        foreach (var other in await DependentsOfAsync(project, method.ContainingType, cancellation).ConfigureAwait(false))
        {
            if (
                await other.GetCompilationAsync(cancellation).ConfigureAwait(false) is { } compilation
                && In(compilation, method) is { } same
                && !AssumedAnnotation.HarmsNoHeir(same, compilation, cancellation)
            )
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>An attribute can stand on a method or an accessor; an expression-bodied property has no accessor to carry it.</summary>
    private static bool CanCarry(IMethodSymbol method) =>
        method.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation
        || (
            method.MethodKind is MethodKind.PropertyGet or MethodKind.PropertySet
            && method.DeclaringSyntaxReferences.Any(static r => r.GetSyntax() is AccessorDeclarationSyntax)
        );

    /// <summary>Whether what holds for the method stands elsewhere and has arguments, which its own would take away.</summary>
    private static bool SaysMoreElsewhere(IMethodSymbol method) =>
        Annotation.On(method) is null
        && ConsistencyAnnotations.NearestTo(method, includeAssembly: false) is { Data.NamedArguments.IsEmpty: false };

    private static bool IsSeenOutside(INamedTypeSymbol type)
    {
        if (type.IsSealed || type.IsStatic)
        {
            return false;
        }

        for (var around = type; around is not null; around = around.ContainingType)
        {
            if (around.DeclaredAccessibility == Accessibility.Private || around.IsFileLocal)
            {
                return false;
            }

            if (around.DeclaredAccessibility is Accessibility.Internal or Accessibility.ProtectedAndInternal)
            {
                return type.ContainingAssembly.GetAttributes().Any(static a => a.AttributeClass?.Name == "InternalsVisibleToAttribute");
            }
        }

        return true;
    }
}
