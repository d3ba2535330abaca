using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The names in one file: first all of them, read from the text without a node being made; and where somebody asks, each member that has a body with the
/// names in it. A pure function of the syntax tree and kept with it, so that an edit reads one file again and not the project.
/// </summary>
internal sealed class NameIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, NameIndex> ByTree = new();

    private static readonly ulong Foreach = NameCode.Of("foreach");

    [ThreadStatic]
    private static WordSet? _words;

    private readonly SyntaxTree _tree;

    /// <summary>Where each of the <see cref="Codes"/> stands first: of a constructor's name the complement.</summary>
    private readonly int[] _places;

    private readonly bool _isBroken;

    private Member[]? _members;

    private Verdicts? _judged;

    private NameIndex(SyntaxTree tree)
    {
        _tree = tree;
        var found = _words ??= new WordSet();
        var source = SourceWords.Of(tree.GetText());
        while (source.Next())
        {
            found.Add(source.Code, source.Start);
            if (source.IsCreated)
            {
                found.Add(NameCode.OfConstructor(source.Code), ~source.Start);
            }
        }

        _isBroken = source.IsBroken;
        if (_isBroken)
        {
            foreach (var token in tree.GetRoot().DescendantTokens(descendIntoTrivia: false))
            {
                AddToken(found, token);
            }
        }

        Codes = found.Take(out _places);
        NamesOurs = AnnotationNames.NamesOurs(this);
        MayBeginSession = AnnotationNames.MayBeginSession(this);
        MayAnnotate = AnnotationNames.MayStandIn(this);
        if (MayAnnotate)
        {
            Annotated = AnnotatedIn(tree.GetRoot());
        }

        if (QueryNames.MayStandIn(this))
        {
            QuerySources = QueryNames.SourcesIn(tree.GetRoot());
        }
    }

    /// <param name="Start">Where its declaration stands.</param>
    /// <param name="Name">The code of the declared name; a constructor's is <see cref="NameCode.ConstructorOf"/> its type; 0 where it has none.</param>
    /// <param name="Mentions">The codes of the names in the body, each once.</param>
    /// <param name="WalksQueries">It has a <c>foreach</c>, which sends a query that it walks through.</param>
    /// <param name="TakesQuery">A parameter is a query.</param>
    public sealed record Member(int Start, ulong Name, ulong[] Mentions, bool WalksQueries, bool TakesQuery);

    /// <summary>The codes of all words in the file, each once.</summary>
    public ulong[] Codes { get; }

    /// <summary>True where the file names our namespace.</summary>
    public bool NamesOurs { get; }

    /// <summary>True where an annotation may be written in the file.</summary>
    public bool MayAnnotate { get; }

    /// <summary>True where code in the file may begin a session.</summary>
    public bool MayBeginSession { get; }

    /// <summary>The methods that carry an annotation, on themselves or on a type around them, judged by how it is written.</summary>
    public IReadOnlyCollection<string> Annotated { get; } = [];

    /// <summary>The members that hand out queries, judged by how their types are written.</summary>
    public IReadOnlyCollection<string> QuerySources { get; } = [];

    /// <summary>The members that have a body, in the order in which they stand.</summary>
    public IReadOnlyList<Member> Members
    {
        get
        {
            var known = Volatile.Read(ref _members);
            if (known is null)
            {
                Volatile.Write(ref _members, known = MembersIn(_tree));
            }

            return known;
        }
    }

    public static NameIndex Of(SyntaxTree tree) => ByTree.GetValue(tree, static t => new NameIndex(t));

    public bool Has(ulong code) => Array.IndexOf(Codes, code) >= 0;

    public bool HasAnyOf(HashSet<ulong> names)
    {
        foreach (var code in Codes)
        {
            if (names.Contains(code))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The names in the file that matter to some libraries. Judged once for the file, as long as the libraries are the same.</summary>
    /// <param name="libraries">What stands for the libraries: where it is equal the verdicts are.</param>
    /// <param name="verdicts">The verdicts of other files, for which a name is not judged again.</param>
    /// <param name="judge">Judges a name.</param>
    public KeyValuePair<ulong, NameKind>[] Judge(string libraries, Dictionary<ulong, NameKind> verdicts, Func<string, NameKind> judge)
    {
        if (Volatile.Read(ref _judged) is { } kept && kept.Libraries == libraries)
        {
            return kept.Found;
        }

        var found = new List<KeyValuePair<ulong, NameKind>>();
        for (var i = 0; i < Codes.Length; i++)
        {
            if (!verdicts.TryGetValue(Codes[i], out var kind))
            {
                verdicts.Add(Codes[i], kind = judge(NameAt(_places[i])));
            }

            if (kind != NameKind.None)
            {
                found.Add(new KeyValuePair<ulong, NameKind>(Codes[i], kind));
            }
        }

        var result = new Verdicts(libraries, [.. found]);
        Volatile.Write(ref _judged, result);
        return result.Found;
    }

    /// <summary>What the index says of a body: of an accessor what it says of the property; made for a body that it does not hold.</summary>
    public static Member MemberOf(SyntaxNode body)
    {
        var declaration = body as BaseMethodDeclarationSyntax ?? (SyntaxNode?)body.FirstAncestorOrSelf<PropertyDeclarationSyntax>();
        return declaration is not null && Of(body.SyntaxTree).MemberAt(declaration.SpanStart) is { } member
            ? member
            : new Member(body.SpanStart, 0, [.. NamesIn(body)], WalksQueries(body), TakesQuery(body));
    }

    /// <summary>The nodes of a body that may mention a member.</summary>
    public static IEnumerable<SyntaxNode> Mentions(SyntaxNode node) =>
        node.DescendantNodes(static n => n is not (AttributeListSyntax or ParameterListSyntax or TypeArgumentListSyntax));

    /// <summary>The declaration of a member of the index; null where the tree is not the one that was indexed.</summary>
    public static SyntaxNode? DeclarationOf(SyntaxTree tree, Member member)
    {
        for (
            var node = tree.GetRoot().FindToken(member.Start).Parent;
            node is not null && node.SpanStart == member.Start;
            node = node.Parent
        )
        {
            if (node is BaseMethodDeclarationSyntax or PropertyDeclarationSyntax or VariableDeclaratorSyntax or FieldDeclarationSyntax)
            {
                return node;
            }
        }

        return null;
    }

    /// <summary>The member that a node may run; null where it runs none.</summary>
    public static string? Mentioned(SyntaxNode node) =>
        node switch
        {
            ObjectCreationExpressionSyntax { Type: QualifiedNameSyntax { Right: var type } } => NameCode.ConstructorOf(
                type.Identifier.ValueText
            ),
            ObjectCreationExpressionSyntax { Type: SimpleNameSyntax type } => NameCode.ConstructorOf(type.Identifier.ValueText),
            SimpleNameSyntax name => name.Identifier.ValueText,
            _ => null,
        };

    /// <summary>True where a parameter of the body around is a query.</summary>
    private static bool TakesQuery(SyntaxNode body) =>
        body is BaseMethodDeclarationSyntax method && method.ParameterList.Parameters.Any(static p => QueryNames.IsQueryType(p.Type));

    private static bool WalksQueries(SyntaxNode body) => body.DescendantNodes().Any(static n => n is CommonForEachStatementSyntax);

    private static HashSet<ulong> NamesIn(SyntaxNode node)
    {
        var names = new HashSet<ulong>();
        foreach (var inner in Mentions(node))
        {
            if (Mentioned(inner) is { } name)
            {
                names.Add(NameCode.Of(name));
            }
        }

        return names;
    }

    private string NameAt(int place)
    {
        var text = _tree.GetText();
        return place >= 0 ? SourceWords.At(text, place) : NameCode.ConstructorOf(SourceWords.At(text, ~place));
    }

    private Member? MemberAt(int start)
    {
        var all = Members;
        var (low, high) = (0, all.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (all[middle].Start == start)
            {
                return all[middle];
            }

            (low, high) = all[middle].Start < start ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }

    private static HashSet<string> AnnotatedIn(SyntaxNode root)
    {
        var annotated = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in root.DescendantNodes(static n => n is not (BlockSyntax or ArrowExpressionClauseSyntax or AttributeListSyntax)))
        {
            if (node is MethodDeclarationSyntax pinned && AnnotationSyntax.IsPinned(pinned))
            {
                annotated.Add(pinned.Identifier.ValueText);
            }
        }

        return annotated;
    }

    private Member[] MembersIn(SyntaxTree tree)
    {
        var parts = new List<Part>();
        Collect(((CompilationUnitSyntax)tree.GetRoot()).Members, parts);
        return _isBroken ? FromTokens(tree, parts) : FromText(tree.GetText(), parts);
    }

    private static void Collect(SyntaxList<MemberDeclarationSyntax> declarations, List<Part> parts)
    {
        foreach (var declaration in declarations)
        {
            switch (declaration)
            {
                case BaseNamespaceDeclarationSyntax space:
                    Collect(space.Members, parts);
                    break;
                case TypeDeclarationSyntax container:
                    Collect(container.Members, parts);
                    break;
                case BaseMethodDeclarationSyntax method when ((SyntaxNode?)method.Body ?? method.ExpressionBody) is not null:
                    var parameters = method.ParameterList.Span;
                    var result = method is MethodDeclarationSyntax { ReturnType: var type } ? type.Span : default;
                    parts.Add(
                        new Part(method.SpanStart, NameOf(method), result, parameters, TextSpan.FromBounds(parameters.End, method.Span.End))
                    );
                    break;
                case PropertyDeclarationSyntax property when HasBody(property):
                    parts.Add(
                        new Part(
                            property.SpanStart,
                            NameCode.Of(property.Identifier.ValueText),
                            property.Type.Span,
                            default,
                            TextSpan.FromBounds(property.Identifier.Span.End, property.Span.End)
                        )
                    );
                    break;
                case FieldDeclarationSyntax field:
                    foreach (var variable in field.Declaration.Variables)
                    {
                        // A compiled query is called by its field's name.
                        if (variable.Initializer is { Value: InvocationExpressionSyntax } initializer)
                        {
                            parts.Add(
                                new Part(field.SpanStart, NameCode.Of(variable.Identifier.ValueText), default, default, initializer.Span)
                            );
                        }
                    }

                    break;
            }
        }
    }

    private static Member[] FromText(SourceText text, List<Part> parts)
    {
        var found = _words ??= new WordSet();
        var result = new Member[parts.Count];
        var source = SourceWords.Of(text);
        var next = source.Next();
        for (var i = 0; i < parts.Count; i++)
        {
            var part = parts[i];
            var (walks, takes) = (false, false);
            for (; next && source.Start < part.Body.End; next = source.Next())
            {
                if (part.Body.Contains(source.Start) || part.Result.Contains(source.Start))
                {
                    found.Add(source.Code, 0);
                    walks |= source.Code == Foreach;
                    if (source.IsCreated)
                    {
                        found.Add(NameCode.OfConstructor(source.Code), 0);
                    }
                }
                else if (part.Parameters.Contains(source.Start))
                {
                    takes |= QueryNames.IsQueryType(source.Code);
                }
            }

            result[i] = new Member(part.Start, part.Name, found.Take(), walks, takes);
        }

        return result;
    }

    private static Member[] FromTokens(SyntaxTree tree, List<Part> parts)
    {
        var found = _words ??= new WordSet();
        var root = tree.GetRoot();
        return
        [
            .. parts.Select(part =>
            {
                var (walks, takes) = (false, false);
                foreach (var token in root.DescendantTokens(TextSpan.FromBounds(part.Start, part.Body.End)))
                {
                    if (part.Body.Contains(token.SpanStart) || part.Result.Contains(token.SpanStart))
                    {
                        AddToken(found, token);
                        walks |= token.IsKind(SyntaxKind.ForEachKeyword);
                    }
                    else if (part.Parameters.Contains(token.SpanStart))
                    {
                        takes |= QueryNames.IsQueryType(NameCode.Of(token.ValueText));
                    }
                }

                return new Member(part.Start, part.Name, found.Take(), walks, takes);
            }),
        ];
    }

    private static void AddToken(WordSet found, SyntaxToken token)
    {
        if (token.IsKind(SyntaxKind.IdentifierToken) && token.ValueText is { Length: > 0 } name)
        {
            var code = NameCode.Of(name);
            found.Add(code, token.SpanStart);
            if (
                token.Parent?.FirstAncestorOrSelf<ObjectCreationExpressionSyntax>() is { } creation
                && creation.Type.Span.Contains(token.SpanStart)
            )
            {
                found.Add(NameCode.OfConstructor(code), ~token.SpanStart);
            }
        }
    }

    private static bool HasBody(PropertyDeclarationSyntax property) =>
        property.ExpressionBody is not null
        || (
            property.AccessorList is { } accessors
            && accessors.Accessors.Any(static a => a.Body is not null || a.ExpressionBody is not null)
        );

    private static ulong NameOf(BaseMethodDeclarationSyntax method) =>
        method switch
        {
            MethodDeclarationSyntax ordinary => NameCode.Of(ordinary.Identifier.ValueText),
            ConstructorDeclarationSyntax constructor => NameCode.OfConstructor(NameCode.Of(constructor.Identifier.ValueText)),
            _ => 0,
        };

    private sealed record Verdicts(string Libraries, KeyValuePair<ulong, NameKind>[] Found);

    /// <param name="Start">Where the declaration stands.</param>
    /// <param name="Name">The code of its name.</param>
    /// <param name="Result">The type that it gives.</param>
    /// <param name="Parameters">Its parameters.</param>
    /// <param name="Body">What it runs.</param>
    private readonly record struct Part(int Start, ulong Name, TextSpan Result, TextSpan Parameters, TextSpan Body);
}
