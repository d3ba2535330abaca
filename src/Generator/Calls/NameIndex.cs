using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The members of one file that have a body, each with the names that stand in it. A pure function of the syntax tree and kept with it,
/// so that an edit reads one file again and not the project.
/// </summary>
internal sealed class NameIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, NameIndex> ByTree = new();

    private readonly Dictionary<int, Member> byStart;

    private NameIndex(SyntaxNode root)
    {
        var members = new List<Member>();
        var sources = new HashSet<string>(StringComparer.Ordinal);
        var annotated = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in root.DescendantNodes(static n => n is not (BlockSyntax or ArrowExpressionClauseSyntax or AttributeListSyntax)))
        {
            switch (node)
            {
                case BaseMethodDeclarationSyntax method when ((SyntaxNode?)method.Body ?? method.ExpressionBody) is not null:
                    members.Add(new Member(method.SpanStart, NameOf(method), NamesIn(method), WalksQueries(method), TakesQuery(method)));
                    break;
                case PropertyDeclarationSyntax property when HasBody(property):
                    members.Add(new Member(property.SpanStart, property.Identifier.ValueText, NamesIn(property), WalksQueries(property), TakesQuery: false));
                    break;
                case VariableDeclaratorSyntax { Initializer: { Value: InvocationExpressionSyntax } initializer, Parent.Parent: FieldDeclarationSyntax } field:
                    // A compiled query is called by its field's name.
                    members.Add(new Member(field.SpanStart, field.Identifier.ValueText, NamesIn(initializer), WalksQueries: false, TakesQuery: false));
                    break;
            }

            if (node is MethodDeclarationSyntax pinned && AnnotationSyntax.IsPinned(pinned))
            {
                annotated.Add(pinned.Identifier.ValueText);
            }

            switch (node)
            {
                case MethodDeclarationSyntax method when QueryNames.IsQueryType(method.ReturnType):
                    sources.Add(method.Identifier.ValueText);
                    break;
                case PropertyDeclarationSyntax property when QueryNames.IsQueryType(property.Type):
                    sources.Add(property.Identifier.ValueText);
                    break;
                case TypeDeclarationSyntax { ParameterList: { } primary }:
                    sources.UnionWith(primary.Parameters.Where(static p => QueryNames.IsQueryType(p.Type)).Select(static p => p.Identifier.ValueText));
                    break;
                case FieldDeclarationSyntax field when QueryNames.IsQueryType(field.Declaration.Type):
                    sources.UnionWith(field.Declaration.Variables.Select(static v => v.Identifier.ValueText));
                    break;
            }
        }

        Members = members;
        byStart = [];
        foreach (var member in members)
        {
            // In code that is half typed two declarations may start at one place.
            byStart[member.Start] = member;
        }
        QuerySources = sources;
        Annotated = annotated;
    }

    /// <param name="Start">Where its declaration stands.</param>
    /// <param name="Name">The declared name; a constructor's is <see cref="ConstructorOf"/> its type.</param>
    /// <param name="Mentions">Each name in the body once.</param>
    /// <param name="WalksQueries">It has a <c>foreach</c>, which sends a query that it walks through.</param>
    /// <param name="TakesQuery">A parameter is a query.</param>
    public sealed record Member(int Start, string Name, IReadOnlyCollection<string> Mentions, bool WalksQueries, bool TakesQuery);

    /// <summary>The methods that carry an annotation, on themselves or on a type around them, judged by how it is written.</summary>
    public IReadOnlyCollection<string> Annotated { get; }

    /// <summary>The members that hand out queries, judged by how their types are written.</summary>
    public IReadOnlyCollection<string> QuerySources { get; }

    public IReadOnlyList<Member> Members { get; }

    public static NameIndex Of(SyntaxTree tree) => ByTree.GetValue(tree, static t => new NameIndex(t.GetRoot()));

    /// <summary>What the index says of a body: of an accessor what it says of the property; made for a body that it does not hold.</summary>
    public static Member MemberOf(SyntaxNode body)
    {
        var declaration = body as BaseMethodDeclarationSyntax ?? (SyntaxNode?)body.FirstAncestorOrSelf<PropertyDeclarationSyntax>();
        return declaration is not null && Of(body.SyntaxTree).byStart.TryGetValue(declaration.SpanStart, out var member)
            ? member
            : new Member(body.SpanStart, string.Empty, NamesIn(body), WalksQueries(body), TakesQuery(body));
    }

    /// <summary>A constructor's name: a type is mentioned wherever it is used, but constructed only here and there.</summary>
    public static string ConstructorOf(string type) => "new " + type;

    /// <summary>The names that may be a call, a creation or a property in a piece of source.</summary>
    public static HashSet<string> NamesIn(SyntaxNode node)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var inner in Mentions(node))
        {
            if (Mentioned(inner) is { } name)
            {
                names.Add(name);
            }
        }

        return names;
    }

    /// <summary>The nodes of a body that may mention a member.</summary>
    public static IEnumerable<SyntaxNode> Mentions(SyntaxNode node) =>
        node.DescendantNodes(static n => n is not (AttributeListSyntax or ParameterListSyntax or TypeArgumentListSyntax));

    /// <summary>The declaration of a member of the index; null where the tree is not the one that was indexed.</summary>
    public static SyntaxNode? DeclarationOf(SyntaxTree tree, Member member)
    {
        for (var node = tree.GetRoot().FindToken(member.Start).Parent; node is not null && node.SpanStart == member.Start; node = node.Parent)
        {
            if (node is BaseMethodDeclarationSyntax or PropertyDeclarationSyntax or VariableDeclaratorSyntax)
            {
                return node;
            }
        }

        return null;
    }

    /// <summary>The member that a node may run; null where it runs none.</summary>
    public static string? Mentioned(SyntaxNode node) => node switch
    {
        ObjectCreationExpressionSyntax { Type: QualifiedNameSyntax { Right: var type } } => ConstructorOf(type.Identifier.ValueText),
        ObjectCreationExpressionSyntax { Type: SimpleNameSyntax type } => ConstructorOf(type.Identifier.ValueText),
        SimpleNameSyntax name => name.Identifier.ValueText,
        _ => null,
    };

    /// <summary>True where a parameter of the body around is a query.</summary>
    public static bool TakesQuery(SyntaxNode body) =>
        body is BaseMethodDeclarationSyntax method && method.ParameterList.Parameters.Any(static p => QueryNames.IsQueryType(p.Type));

    public static bool WalksQueries(SyntaxNode body) => body.DescendantNodes().Any(static n => n is CommonForEachStatementSyntax);

    private static bool HasBody(PropertyDeclarationSyntax property) =>
        property.ExpressionBody is not null || (property.AccessorList is { } accessors && accessors.Accessors.Any(static a => a.Body is not null || a.ExpressionBody is not null));

    private static string NameOf(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax ordinary => ordinary.Identifier.ValueText,
        ConstructorDeclarationSyntax constructor => ConstructorOf(constructor.Identifier.ValueText),
        _ => string.Empty,
    };
}
