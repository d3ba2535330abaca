using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The names by which a body gets hold of a query. <c>First</c> and <c>ToList</c> are everywhere; only in a body that names a query may they
/// read a database.
/// </summary>
internal sealed class QueryNames
{
    private static readonly HashSet<string> QueryTypes = new(StringComparer.Ordinal)
    {
        "IQueryable",
        "IOrderedQueryable",
        "IIncludableQueryable",
        "DbSet",
        "ITable",
    };

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

    private static readonly HashSet<ulong> QueryTypeCodes = [.. QueryTypes.Select(NameCode.Of)];

    private readonly HashSet<ulong> _names;

    public QueryNames(Compilation compilation, DataLibraries libraries)
    {
        _names = [];
        if (!libraries.Types.HasQueries)
        {
            return;
        }

        Add(QueryTypes);
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

    /// <summary>False where no type whose values are queries is named in the file.</summary>
    public static bool MayStandIn(NameIndex index) => index.HasAnyOf(QueryTypeCodes);

    public static bool IsQueryType(ulong code) => QueryTypeCodes.Contains(code);

    /// <summary>The members of one file that hand out queries, judged by how their types are written.</summary>
    public static IReadOnlyCollection<string> SourcesIn(SyntaxNode root)
    {
        var sources = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in root.DescendantNodes(static n => n is not (BlockSyntax or ArrowExpressionClauseSyntax or AttributeListSyntax)))
        {
            switch (node)
            {
                case MethodDeclarationSyntax method when IsQueryType(method.ReturnType):
                    sources.Add(method.Identifier.ValueText);
                    break;
                case PropertyDeclarationSyntax property when IsQueryType(property.Type):
                    sources.Add(property.Identifier.ValueText);
                    break;
                case TypeDeclarationSyntax { ParameterList: { } primary }:
                    sources.UnionWith(primary.Parameters.Where(static p => IsQueryType(p.Type)).Select(static p => p.Identifier.ValueText));
                    break;
                case FieldDeclarationSyntax field when IsQueryType(field.Declaration.Type):
                    sources.UnionWith(field.Declaration.Variables.Select(static v => v.Identifier.ValueText));
                    break;
            }
        }

        return sources;
    }

    private void Add(IEnumerable<string> more) => _names.UnionWith(more.Select(NameCode.Of));

    /// <summary>True for the name of a type whose values are queries.</summary>
    public static bool IsQueryType(TypeSyntax? type) =>
        type switch
        {
            QualifiedNameSyntax qualified => IsQueryType(qualified.Right),
            NullableTypeSyntax nullable => IsQueryType(nullable.ElementType),
            GenericNameSyntax { Identifier.ValueText: "Task" or "ValueTask", TypeArgumentList.Arguments: [var result] } => IsQueryType(
                result
            ),
            SimpleNameSyntax simple => QueryTypes.Contains(simple.Identifier.ValueText),
            _ => false,
        };

    /// <summary>The public members of a referenced project that hand out queries; libraries of others bring theirs through the types that they return.</summary>
    private static string[] NamesIn(IAssemblySymbol assembly)
    {
        var usesQueries = assembly.Modules.Any(static m =>
            m.ReferencedAssemblies.Any(static a => a.Name is "Microsoft.EntityFrameworkCore" or "linq2db")
        );
        if (
            !usesQueries
            || assembly.Name.StartsWith("Microsoft.", StringComparison.Ordinal)
            || assembly.Name.StartsWith("linq2db", StringComparison.Ordinal)
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
                    case IPropertySymbol { Type: INamedTypeSymbol type } when QueryTypes.Contains(type.Name):
                        found.Add(member.Name);
                        break;
                    case IMethodSymbol { MethodKind: MethodKind.Ordinary, ReturnType: INamedTypeSymbol type }
                        when QueryTypes.Contains(type.Name):
                        found.Add(member.Name);
                        break;
                }
            }
        }

        return [.. found];
    }
}
