using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Where an annotation holds for more than the one member: on the interface member that it implements, on its class, on the interface.
/// Offered only where it takes effect for the member, and in no project MR2001 names anything else for it or another annotation gives way.
/// </summary>
internal static class WiderPlaces
{
    /// <param name="document">The file of the finding.</param>
    /// <param name="method">The method that is reported.</param>
    /// <param name="guarantee">What is to be declared.</param>
    /// <param name="trials">What has been tried before.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<ImmutableArray<Remedy>> OfAsync(
        Document document,
        IMethodSymbol method,
        Guarantee guarantee,
        Trials trials,
        CancellationToken cancellation
    )
    {
        if (
            method
                is not {
                    MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation,
                    IsStatic: false,
                    ContainingType: { TypeKind: TypeKind.Class, IsStatic: false } type
                }
            // A nearer annotation wins.
            || ConsistencyAnnotations.NearestTo(method, includeAssembly: false) is not null
            || await document.Project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var contracts = ContractsOf(method, type);
        var remedies = ImmutableArray.CreateBuilder<Remedy>();
        foreach (var (place, suffix, what, how) in Places(method, type, contracts, guarantee))
        {
            if (
                Annotation.On(place) is null
                && await SourceFile.DeclaringAsync(place, document, cancellation).ConfigureAwait(false) is var (file, declaration)
                && file.Annotate(declaration, guarantee) is { } edit
                && AssumedAnnotation.Covers(method, place, compilation)
                && await trials.HarmsNobodyAsync(document.Project, file.Document.Project, place, cancellation).ConfigureAwait(false)
            )
            {
                remedies.Add(
                    new Remedy(guarantee.Title(what, how), guarantee.Key + suffix, edit)
                    {
                        Subject = file.Document.Project.Id.Id + place.OriginalDefinition.GetDocumentationCommentId(),
                    }
                );
            }
        }

        return remedies.ToImmutable();
    }

    private static IEnumerable<(ISymbol Place, string KeySuffix, string What, string How)> Places(
        IMethodSymbol method,
        INamedTypeSymbol type,
        ImmutableArray<IMethodSymbol> contracts,
        Guarantee guarantee
    )
    {
        var attribute = $"[{guarantee.Name}]";
        if (contracts is [var member])
        {
            yield return (member, ".OnInterfaceMember", $"every call of '{Obstacle.Name(member)}'", $"{attribute} on the interface member");
        }

        if (HasSeveral(type))
        {
            yield return (type, ".OnClass", $"every call of '{Obstacle.Name(type)}'", $"{attribute} on the class");
        }

        if (contracts is [{ ContainingType: var contract }] && HasSeveral(contract))
        {
            yield return (contract, ".OnInterface", $"every call of '{Obstacle.Name(contract)}'", $"{attribute} on the interface");
        }
    }

    /// <summary>With one method, the annotation of the type is the annotation of the method.</summary>
    private static bool HasSeveral(INamedTypeSymbol type) =>
        type.GetMembers()
            .Count(static m =>
                m is IMethodSymbol { MethodKind: MethodKind.Ordinary, IsStatic: false, DeclaredAccessibility: not Accessibility.Private }
            ) > 1;

    /// <summary>The interface members of the solution that the method implements.</summary>
    private static ImmutableArray<IMethodSymbol> ContractsOf(IMethodSymbol method, INamedTypeSymbol type) =>
        type
            .AllInterfaces.SelectMany(static i =>
                i.OriginalDefinition.GetMembers().OfType<IMethodSymbol>().Select(m => (Interface: i, Member: m))
            )
            .Where(pair =>
                !pair.Member.DeclaringSyntaxReferences.IsEmpty
                && pair.Interface.GetMembers(pair.Member.Name)
                    .Any(m =>
                        SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, pair.Member)
                        && SymbolEqualityComparer.Default.Equals(type.FindImplementationForInterfaceMember(m), method)
                    )
            )
            .Select(static pair => pair.Member)
            .ToImmutableArray();
}
