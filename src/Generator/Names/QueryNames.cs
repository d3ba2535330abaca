using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The names by which a body gets hold of a query. <c>First</c> and <c>ToList</c> are everywhere; only in a body that names a query may
/// they read a database.
/// </summary>
internal sealed class QueryNames
{
    /// <summary>Members of the libraries that hand out a query.</summary>
    private static readonly string[] Library =
    [
        "Set",
        "GetTable",
        "FromSql",
        "FromSqlRaw",
        "FromSqlInterpolated",
        "SqlQuery",
        "SqlQueryRaw",
        "AsNoTracking",
        "Query",
    ];

    private static readonly ConditionalWeakTable<IAssemblySymbol, string[]> ByAssembly = new();

    private readonly HashSet<ulong> _names;

    public QueryNames(Compilation compilation, DataLibraries libraries)
    {
        _names = [];
        if (!libraries.Types.HasQueries)
        {
            return;
        }

        Add(QueryTypeNames.All);
        Add(Library);
        foreach (var tree in compilation.SyntaxTrees)
        {
            Add(NameIndex.Of(tree).QuerySources);
        }

        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols)
        {
            Add(ByAssembly.GetValue(assembly, NamesIn));
        }
    }

    /// <summary>The codes of the names; none where no library has queries.</summary>
    public IReadOnlyCollection<ulong> Codes => _names;

    private void Add(IEnumerable<string> more) => _names.UnionWith(more.Select(NameCode.Of));

    /// <summary>
    /// The public members of a referenced project that hand out queries; libraries of others bring theirs through the types that they
    /// return.
    /// </summary>
    private static string[] NamesIn(IAssemblySymbol assembly)
    {
        var usesQueries = assembly.Modules.Any(static m =>
            m.ReferencedAssemblies.Any(static a => a.Name is "Microsoft.EntityFrameworkCore" or "linq2db" or "NHibernate")
        );
        if (
            !usesQueries
            || assembly.Name.StartsWith("Microsoft.", StringComparison.Ordinal)
            || assembly.Name.StartsWith("linq2db", StringComparison.Ordinal)
            || assembly.Name.StartsWith("NHibernate", StringComparison.Ordinal)
        )
        {
            return [];
        }

        var found = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<INamespaceOrTypeSymbol>();
        pending.Push(assembly.GlobalNamespace);
        while (pending.Count > 0)
        {
            foreach (var member in pending.Pop().GetMembers())
            {
                switch (member)
                {
                    case INamespaceOrTypeSymbol inner:
                        pending.Push(inner);
                        break;
                    case IPropertySymbol { Type: INamedTypeSymbol type } when QueryTypeNames.All.Contains(type.Name):
                        found.Add(member.Name);
                        break;
                    case IMethodSymbol { MethodKind: MethodKind.Ordinary, ReturnType: INamedTypeSymbol type }
                        when QueryTypeNames.All.Contains(type.Name):
                        found.Add(member.Name);
                        break;
                }
            }
        }

        return [.. found];
    }
}
