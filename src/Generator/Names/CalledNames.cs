using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// Where the private methods and local functions of one file are named in it. Collected once for the file, by whoever asks first: a search
/// through the type for each of its methods would take the square of their number.
/// </summary>
internal sealed class CalledNames
{
    private static readonly ConditionalWeakTable<SyntaxTree, CalledNames> ByTree = new();

    private readonly Dictionary<string, List<int>> _places = new(StringComparer.Ordinal);

    private CalledNames(SyntaxTree tree)
    {
        var root = tree.GetRoot();
        foreach (var node in root.DescendantNodes())
        {
            switch (node)
            {
                case MethodDeclarationSyntax method when MayBePrivate(method):
                    _places[method.Identifier.ValueText] = [];
                    break;
                case LocalFunctionStatementSyntax function:
                    _places[function.Identifier.ValueText] = [];
                    break;
            }
        }

        if (_places.Count == 0)
        {
            return;
        }

        foreach (var node in root.DescendantNodes())
        {
            if (node is SimpleNameSyntax name && _places.TryGetValue(name.Identifier.ValueText, out var places))
            {
                places.Add(name.SpanStart);
            }
        }
    }

    public static CalledNames Of(SyntaxTree tree) => ByTree.GetValue(tree, static t => new CalledNames(t));

    /// <summary>The places in a part of the file where a private method or local function is named, in their order.</summary>
    public IEnumerable<int> In(string name, TextSpan scope)
    {
        if (!_places.TryGetValue(name, out var places))
        {
            yield break;
        }

        var first = places.BinarySearch(scope.Start);
        for (var i = first < 0 ? ~first : first; i < places.Count && places[i] < scope.End; i++)
        {
            yield return places[i];
        }
    }

    private static bool MayBePrivate(MethodDeclarationSyntax method) =>
        !method.Modifiers.Any(SyntaxKind.PublicKeyword) && !method.Modifiers.Any(SyntaxKind.InternalKeyword);
}
