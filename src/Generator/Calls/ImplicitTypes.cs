using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The types whose operators, enumerators, disposal and the like do reach a database. By a name alone every <c>using</c> would be
/// looked at, so that those few members are followed before anything else is.
/// </summary>
internal static class ImplicitTypes
{
    /// <summary>More members than this are not followed ahead.</summary>
    private const int MaxFollowed = 100;

    /// <summary>How the members of each type are called, by the code of a name that stands for the type; null for none.</summary>
    /// <param name="members">The members that may reach a database by their names.</param>
    /// <param name="bodies">Their bodies.</param>
    /// <param name="begin">Begins a search.</param>
    public static IReadOnlyDictionary<ulong, ImplicitCall>? In(
        IEnumerable<(SyntaxTree Tree, NamedMember Member, ImplicitCall Kind)> members,
        ForeignBodies bodies,
        Func<SummarySearch> begin
    )
    {
        Dictionary<ulong, ImplicitCall>? found = null;
        foreach (var (tree, member, kind) in members.Take(MaxFollowed))
        {
            foreach (var method in MethodsOf(tree, member, bodies))
            {
                if (!begin().OfCall(method, isVirtualCall: false, runsDelegates: false).Effects.IsEmpty)
                {
                    Add(found ??= [], method.ContainingType, kind);
                }
            }
        }

        return found;
    }

    /// <summary>What a body may name that has to do with the type: itself, what it stands in, what it derives from or implements.</summary>
    private static void Add(Dictionary<ulong, ImplicitCall> found, INamedTypeSymbol type, ImplicitCall kind)
    {
        for (INamedTypeSymbol? named = type; named is not null; named = named.ContainingType)
        {
            Add(named.Name);
        }

        foreach (var implemented in type.AllInterfaces.Where(static i => i.Locations.Any(static l => l.IsInSource)))
        {
            Add(implemented.Name);
        }

        for (var inherited = type.BaseType; inherited is { SpecialType: SpecialType.None }; inherited = inherited.BaseType)
        {
            Add(inherited.Name);
        }

        void Add(string name)
        {
            var code = NameCode.Of(name);
            found[code] = (found.TryGetValue(code, out var known) ? known : ImplicitCall.None) | kind;
        }
    }

    private static IEnumerable<IMethodSymbol> MethodsOf(SyntaxTree tree, NamedMember member, ForeignBodies bodies)
    {
        if (bodies.ModelOf(tree) is not { } model || SyntaxNames.DeclarationOf(tree, member) is not { } declaration)
        {
            return [];
        }

        return declaration switch
        {
            BaseMethodDeclarationSyntax method => model.GetDeclaredSymbol(method) is IMethodSymbol symbol ? [symbol] : [],
            IndexerDeclarationSyntax indexer => model.GetDeclaredSymbol(indexer) is IPropertySymbol property
                ? new[] { property.GetMethod, property.SetMethod }.OfType<IMethodSymbol>()
                : [],
            _ => [],
        };
    }
}
