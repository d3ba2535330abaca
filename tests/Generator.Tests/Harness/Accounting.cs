using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>
/// Counts annotated members on one side and, on the other, what the generated code does and what MR2001 says. It knows
/// nothing of the generator's own decision: annotations are read from the input, coverage from the generated syntax.
/// </summary>
internal static class Accounting
{
    private static readonly string[] SessionAttributes = ["MonotonicAttribute", "CausalAttribute", "GlobalAttribute", "PrimaryAttribute"];

    public static void AssertEachMemberOnce(GeneratorRun run, IReadOnlyCollection<Diagnostic> reported)
    {
        foreach (var (method, isWrapped, isReported) in Members(run, reported))
        {
            Assert.True(isWrapped || isReported, $"{method} is neither wrapped nor named by MR2001.");
            Assert.False(isWrapped && isReported, $"{method} is wrapped and named by MR2001.");
        }
    }

    public static IReadOnlyList<(IMethodSymbol Method, bool IsWrapped, bool IsReported)> Members(
        GeneratorRun run,
        IReadOnlyCollection<Diagnostic> reported
    )
    {
        var wrappers = Wrappers(run.Output);
        var result = new List<(IMethodSymbol, bool, bool)>();
        foreach (var type in SourceTypes(run))
        {
            wrappers.TryGetValue(type, out var wrapper);
            foreach (var method in type.GetMembers().OfType<IMethodSymbol>().Where(m => IsAnnotated(m, type)))
            {
                if (type.IsAbstract && !type.IsStatic && wrapper is null && (method.IsVirtual || method.IsAbstract || method.IsOverride))
                {
                    continue; // Its subclasses answer for it.
                }

                result.Add((method, wrapper is not null && IsCovered(method, type, wrapper), IsReported(method, type, wrapper, reported)));
            }
        }

        return result;
    }

    public static Dictionary<INamedTypeSymbol, INamedTypeSymbol> Wrappers(Compilation output) =>
        output
            .Assembly.GetAttributes()
            .Where(static a => a.AttributeClass?.Name == "ConsistentRepositoryAttribute")
            .ToDictionary(
                static a => ((INamedTypeSymbol)a.ConstructorArguments[0].Value!).OriginalDefinition,
                static a => ((INamedTypeSymbol)a.ConstructorArguments[1].Value!).OriginalDefinition,
                (IEqualityComparer<INamedTypeSymbol>)SymbolEqualityComparer.Default
            );

    private static IEnumerable<INamedTypeSymbol> SourceTypes(GeneratorRun run)
    {
        foreach (var tree in run.Input.SyntaxTrees)
        {
            var model = run.Output.GetSemanticModel(tree);
            foreach (var node in tree.GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>())
            {
                if (model.GetDeclaredSymbol(node) is INamedTypeSymbol { TypeKind: TypeKind.Class or TypeKind.Struct } type)
                {
                    yield return type;
                }
            }
        }
    }

    private static bool IsAnnotated(IMethodSymbol method, INamedTypeSymbol type)
    {
        if (
            method.MethodKind is MethodKind.Constructor or MethodKind.StaticConstructor or MethodKind.Destructor
            || method.IsImplicitlyDeclared
        )
        {
            return false;
        }

        var own = Names(method);
        if (own.Length > 0)
        {
            return own.Any(SessionAttributes.Contains);
        }

        var declarations = Declarations(method, type).ToList();
        var isDisposal = declarations.Any(static d => d.ContainingType.Name is "IDisposable" or "IAsyncDisposable");
        var isOfObject = method.IsOverride && method.Name is "ToString" or "Equals" or "GetHashCode";
        var isReach =
            !method.IsStatic
            && method.MethodKind is MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation
            && !isDisposal
            && !isOfObject
            && (
                declarations.Count > 0
                || method.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal
                || method.IsVirtual
                || method.IsOverride
            );
        if (isReach && Names(type) is { Length: > 0 } onType)
        {
            return onType.Any(SessionAttributes.Contains);
        }

        for (var overridden = method.OverriddenMethod; overridden is not null; overridden = overridden.OverriddenMethod)
        {
            if (
                (
                    Names(overridden) is { Length: > 0 } onMember ? onMember
                    : isReach ? Names(overridden.ContainingType)
                    : []
                ) is
                { Length: > 0 } names
            )
            {
                return names.Any(SessionAttributes.Contains);
            }
        }

        if (declarations.SelectMany(static d => Names(d)).ToList() is { Count: > 0 } onDeclaration)
        {
            return onDeclaration.Any(SessionAttributes.Contains);
        }

        return isReach && declarations.SelectMany(static d => Names(d.ContainingType)).Any(SessionAttributes.Contains);
    }

    private static string[] Names(ISymbol symbol) =>
        [
            .. symbol
                .OriginalDefinition.GetAttributes()
                .Where(static a => a.AttributeClass?.ContainingNamespace?.Name == "MonotonicReads")
                .Select(static a => a.AttributeClass!.Name),
        ];

    private static IEnumerable<IMethodSymbol> Declarations(IMethodSymbol method, INamedTypeSymbol type) =>
        type.AllInterfaces.SelectMany(static i => i.GetMembers().OfType<IMethodSymbol>()).Where(d => Runs(method, type, d));

    /// <summary>Whether a call of the interface method runs this one: it implements it, or overrides what does.</summary>
    private static bool Runs(IMethodSymbol method, INamedTypeSymbol type, IMethodSymbol declaration)
    {
        var found = type.FindImplementationForInterfaceMember(declaration);
        for (var current = method; current is not null; current = current.OverriddenMethod)
        {
            if (SymbolEqualityComparer.Default.Equals(current, found))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsCovered(IMethodSymbol method, INamedTypeSymbol type, INamedTypeSymbol wrapper)
    {
        var constructed = wrapper.IsGenericType ? wrapper.Construct([.. AllTypeParameters(type)]) : wrapper;
        var candidates = type
            .AllInterfaces.SelectMany(static i => i.GetMembers().OfType<IMethodSymbol>())
            .Where(d => Runs(method, type, d))
            .Select(d =>
                constructed.FindImplementationForInterfaceMember(
                    constructed
                        .AllInterfaces.SelectMany(static i => i.GetMembers().OfType<IMethodSymbol>())
                        .Single(own => SymbolEqualityComparer.Default.Equals(own, d))
                )
            )
            .Concat(
                wrapper
                    .GetMembers()
                    .OfType<IMethodSymbol>()
                    .Where(m => SymbolEqualityComparer.Default.Equals(m.OverriddenMethod?.OriginalDefinition, method.OriginalDefinition))
            )
            .OfType<IMethodSymbol>()
            .ToList();
        return candidates.Count > 0
            && candidates.All(static c =>
                c.DeclaringSyntaxReferences.All(static r =>
                    r.GetSyntax().ToString() is var text
                    && (
                        text.Contains("ReadSession.Begin(", StringComparison.Ordinal)
                        || text.Contains("RestartableReads.Run", StringComparison.Ordinal)
                    )
                )
            );
    }

    private static IEnumerable<ITypeSymbol> AllTypeParameters(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? AllTypeParameters(outer).Concat(type.TypeParameters) : type.TypeParameters;

    private static bool IsReported(
        IMethodSymbol method,
        INamedTypeSymbol type,
        INamedTypeSymbol? wrapper,
        IReadOnlyCollection<Diagnostic> reported
    ) => reported.Any(d => method.Locations.Contains(d.Location) || (wrapper is null && type.Locations.Contains(d.Location)));
}
