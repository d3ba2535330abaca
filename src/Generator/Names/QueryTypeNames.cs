using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Names;

/// <summary>The types whose values are queries, as they are written.</summary>
internal static class QueryTypeNames
{
    public static readonly HashSet<string> All = new(StringComparer.Ordinal)
    {
        "IQueryable",
        "IOrderedQueryable",
        "IIncludableQueryable",
        "DbSet",
        "ITable",
    };

    public static readonly HashSet<ulong> Codes = [.. All.Select(NameCode.Of)];

    public static bool IsQueryType(ulong code) => Codes.Contains(code);

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

    /// <summary>True for the name of a type whose values are queries.</summary>
    public static bool IsQueryType(TypeSyntax? type) =>
        type switch
        {
            QualifiedNameSyntax qualified => IsQueryType(qualified.Right),
            NullableTypeSyntax nullable => IsQueryType(nullable.ElementType),
            GenericNameSyntax { Identifier.ValueText: "Task" or "ValueTask", TypeArgumentList.Arguments: [var result] } => IsQueryType(
                result
            ),
            SimpleNameSyntax simple => All.Contains(simple.Identifier.ValueText),
            _ => false,
        };
}
