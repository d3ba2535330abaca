using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The names by which a body gets hold of a query. <c>First</c> and <c>ToList</c> are everywhere; only in a body that names a query may they
/// read a database.
/// </summary>
internal sealed class QueryNames
{
    private static readonly HashSet<string> QueryTypes = new(StringComparer.Ordinal) { "IQueryable", "IOrderedQueryable", "IIncludableQueryable", "DbSet", "ITable" };

    /// <summary>Members of the libraries that hand out a query.</summary>
    private static readonly string[] Library = ["Set", "GetTable", "FromSql", "FromSqlRaw", "FromSqlInterpolated", "SqlQuery", "SqlQueryRaw", "AsNoTracking", "Query"];

    private static readonly ConditionalWeakTable<IAssemblySymbol, string[]> ByAssembly = new();

    private readonly HashSet<string> names;

    public QueryNames(Compilation compilation, DataLibraries libraries)
    {
        names = [.. QueryTypes, .. Library];
        if (!libraries.Types.HasQueries)
        {
            return;
        }

        foreach (var tree in compilation.SyntaxTrees)
        {
            names.UnionWith(NameIndex.Of(tree).QuerySources);
        }

        foreach (var assembly in compilation.SourceModule.ReferencedAssemblySymbols)
        {
            names.UnionWith(ByAssembly.GetValue(assembly, NamesIn));
        }
    }

    public bool Contains(string name) => names.Contains(name);

    /// <summary>True for the name of a type whose values are queries.</summary>
    public static bool IsQueryType(TypeSyntax? type) => type switch
    {
        QualifiedNameSyntax qualified => IsQueryType(qualified.Right),
        NullableTypeSyntax nullable => IsQueryType(nullable.ElementType),
        GenericNameSyntax { Identifier.ValueText: "Task" or "ValueTask", TypeArgumentList.Arguments: [var result] } => IsQueryType(result),
        SimpleNameSyntax simple => QueryTypes.Contains(simple.Identifier.ValueText),
        _ => false,
    };

    /// <summary>The public members of a referenced project that hand out queries; libraries of others bring theirs through the types that they return.</summary>
    private static string[] NamesIn(IAssemblySymbol assembly)
    {
        var usesQueries = assembly.Modules.Any(static m => m.ReferencedAssemblies.Any(static a => a.Name is "Microsoft.EntityFrameworkCore" or "linq2db"));
        if (!usesQueries || assembly.Name.StartsWith("Microsoft.", StringComparison.Ordinal) || assembly.Name.StartsWith("linq2db", StringComparison.Ordinal))
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
                    case IPropertySymbol { Type: INamedTypeSymbol type } when QueryTypes.Contains(type.Name):
                        found.Add(member.Name);
                        break;
                    case IMethodSymbol { MethodKind: MethodKind.Ordinary, ReturnType: INamedTypeSymbol type } when QueryTypes.Contains(type.Name):
                        found.Add(member.Name);
                        break;
                }
            }
        }

        return [.. found];
    }
}
