using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// Finds the members of a file that have a body, and the names in each: from its text, or where that is half typed from its tokens.
/// </summary>
internal static class MemberNames
{
    private static readonly ulong Foreach = NameCode.Of("foreach");

    /// <summary>The members that have a body, in the order in which they stand.</summary>
    /// <param name="tree">The file.</param>
    /// <param name="isBroken">True where its words are not to be had from its text.</param>
    public static NamedMember[] In(SyntaxTree tree, bool isBroken)
    {
        var parts = new List<Part>();
        Collect(((CompilationUnitSyntax)tree.GetRoot()).Members, parts);
        return isBroken ? FromTokens(tree, parts) : FromText(tree.GetText(), parts);
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
                case PropertyDeclarationSyntax property when HasBody(property, property.ExpressionBody):
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
                case IndexerDeclarationSyntax indexer when HasBody(indexer, indexer.ExpressionBody):
                    parts.Add(
                        new Part(
                            indexer.SpanStart,
                            NameCode.Of(ImplicitCalls.Indexer),
                            indexer.Type.Span,
                            indexer.ParameterList.Span,
                            TextSpan.FromBounds(indexer.ParameterList.Span.End, indexer.Span.End)
                        )
                    );
                    break;
                case EventDeclarationSyntax handlers when HasBody(handlers, expression: null):
                    parts.Add(
                        new Part(
                            handlers.SpanStart,
                            NameCode.Of(handlers.Identifier.ValueText),
                            handlers.Type.Span,
                            default,
                            TextSpan.FromBounds(handlers.Identifier.Span.End, handlers.Span.End)
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

    private static NamedMember[] FromText(SourceText text, List<Part> parts)
    {
        var found = WordSet.OfThread;
        var result = new NamedMember[parts.Count];
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
                    takes |= QueryTypeNames.IsQueryType(source.Code);
                }
            }

            result[i] = new NamedMember(part.Start, part.Name, found.Take(), walks, takes);
        }

        return result;
    }

    private static NamedMember[] FromTokens(SyntaxTree tree, List<Part> parts)
    {
        var found = WordSet.OfThread;
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
                        takes |= QueryTypeNames.IsQueryType(NameCode.Of(token.ValueText));
                    }
                }

                return new NamedMember(part.Start, part.Name, found.Take(), walks, takes);
            }),
        ];
    }

    /// <summary>Adds the name that a token is, if it is one.</summary>
    public static void AddToken(WordSet found, SyntaxToken token)
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

    private static bool HasBody(BasePropertyDeclarationSyntax property, ArrowExpressionClauseSyntax? expression) =>
        expression is not null
        || (
            property.AccessorList is { } accessors
            && accessors.Accessors.Any(static a => a.Body is not null || a.ExpressionBody is not null)
        );

    private static ulong NameOf(BaseMethodDeclarationSyntax method) =>
        method switch
        {
            MethodDeclarationSyntax ordinary => NameCode.Of(ordinary.Identifier.ValueText),
            ConstructorDeclarationSyntax constructor => NameCode.OfConstructor(NameCode.Of(constructor.Identifier.ValueText)),
            OperatorDeclarationSyntax => NameCode.Of(ImplicitCalls.Operator),
            ConversionOperatorDeclarationSyntax => NameCode.Of(ImplicitCalls.Conversion),
            _ => 0,
        };

    /// <param name="Start">Where the declaration stands.</param>
    /// <param name="Name">The code of its name.</param>
    /// <param name="Result">The type that it gives.</param>
    /// <param name="Parameters">Its parameters.</param>
    /// <param name="Body">What it runs.</param>
    private readonly record struct Part(int Start, ulong Name, TextSpan Result, TextSpan Parameters, TextSpan Body);
}
