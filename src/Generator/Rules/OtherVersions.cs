using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Generator.Rules;

/// <summary>What stands in branches that are not compiled here: for another framework or configuration it may be there.</summary>
internal sealed class OtherVersions
{
    private readonly List<(SyntaxTree Tree, HashSet<string> Words, HashSet<string> Methods)> _files = [];

    public OtherVersions(Compilation compilation, CancellationToken cancellation)
    {
        foreach (var tree in compilation.SyntaxTrees)
        {
            var root = tree.GetRoot(cancellation);
            if (!root.ContainsDirectives)
            {
                continue;
            }

            var words = new HashSet<string>(StringComparer.Ordinal);
            var methods = new HashSet<string>(StringComparer.Ordinal);
            foreach (var trivia in DisabledIn(root))
            {
                AddWords(trivia.ToString(), words, methods);
            }

            if (words.Count > 0)
            {
                _files.Add((tree, words, methods));
            }
        }
    }

    /// <summary>Whether one of a type's files has a branch that is not compiled here.</summary>
    public bool AreOf(INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.Any(reference => _files.Exists(file => file.Tree == reference.SyntaxTree));

    /// <summary>Whether a method of that name may stand in one, together with its type's name or in one of its type's files.</summary>
    /// <param name="method">The method's name.</param>
    /// <param name="typeName">The name of its type.</param>
    /// <param name="type">The type; null where there is none here.</param>
    public bool MayHave(string method, string typeName, INamedTypeSymbol? type) =>
        _files.Exists(file =>
            file.Methods.Contains(method)
            && (
                file.Words.Contains(typeName) || type?.DeclaringSyntaxReferences.Any(reference => reference.SyntaxTree == file.Tree) == true
            )
        );

    private static IEnumerable<SyntaxTrivia> DisabledIn(SyntaxNode root) =>
        root.DescendantNodesAndTokensAndSelf(static node => node.ContainsDirectives)
            .Where(static item => item.IsToken && item.ContainsDirectives)
            .SelectMany(static token => token.GetLeadingTrivia())
            .Where(static trivia => trivia.IsKind(SyntaxKind.DisabledTextTrivia));

    /// <summary>The words of a text, and those that a bracket follows, as it does a method's name.</summary>
    private static void AddWords(string text, HashSet<string> words, HashSet<string> methods)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (!SyntaxFacts.IsIdentifierStartCharacter(text[at]))
            {
                continue;
            }

            var start = at;
            while (at < text.Length && SyntaxFacts.IsIdentifierPartCharacter(text[at]))
            {
                at++;
            }

            var word = text.Substring(start, at - start);
            words.Add(word);
            var next = at;
            while (next < text.Length && char.IsWhiteSpace(text[next]))
            {
                next++;
            }

            if (next < text.Length && text[next] is '(' or '<')
            {
                methods.Add(word);
            }
        }
    }
}
