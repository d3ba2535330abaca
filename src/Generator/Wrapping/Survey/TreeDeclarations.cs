using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>
/// What one file says outside of bodies: a hash of it, the types that it declares, and every name that it mentions. A pure
/// function of the syntax tree, kept with it.
/// </summary>
internal sealed class TreeDeclarations
{
    private static readonly ConditionalWeakTable<SyntaxTree, TreeDeclarations> ByTree = new();

    private readonly SyntaxTree _tree;
    private readonly Lazy<Names> _names;

    private TreeDeclarations(SyntaxTree tree)
    {
        _tree = tree;
        Hash = HashOf(tree.GetRoot());
        _names = new Lazy<Names>(NamesOf);
    }

    /// <summary>Of the whole file but its bodies.</summary>
    public byte[] Hash { get; }

    /// <summary>The simple names of the types and delegates in the file, nested ones included, and its aliases.</summary>
    public IReadOnlyCollection<string> Types => _names.Value.Types;

    /// <summary>Every identifier outside of bodies: whatever type a declaration here leads to has its name among them.</summary>
    public IReadOnlyCollection<string> Mentions => _names.Value.Mentions;

    public IReadOnlyCollection<string> Namespaces => _names.Value.Namespaces;

    /// <summary>Whether the file changes what other files mean: global usings, attributes of the assembly.</summary>
    public bool SpeaksForAll => _names.Value.SpeaksForAll;

    public static TreeDeclarations Of(SyntaxTree tree) => ByTree.GetValue(tree, static t => new TreeDeclarations(t));

    private static byte[] HashOf(SyntaxNode root)
    {
        var text = root.ToFullString();
        var declarations = new StringBuilder(text.Length);
        var position = root.FullSpan.Start;
        var start = position;
        foreach (var body in root.DescendantNodes(static n => !IsBody(n)).Where(IsBody))
        {
            // The braces or the arrow stay: whether there is a body tells an automatic property from one that reads.
            declarations.Append(text, position - start, body.SpanStart + 1 - position);
            position = body.Span.End;
        }

        declarations.Append(text, position - start, root.FullSpan.End - position);
        using var sha = SHA256.Create();
        return sha.ComputeHash(Encoding.UTF8.GetBytes(declarations.ToString()));
    }

    private Names NamesOf()
    {
        var names = new Names();
        var root = (CompilationUnitSyntax)_tree.GetRoot();
        names.SpeaksForAll =
            root.AttributeLists.Count > 0
            || root.Externs.Count > 0
            || root.Usings.Any(static u => u.GlobalKeyword.IsKind(SyntaxKind.GlobalKeyword));
        Collect(root, string.Empty, names);
        foreach (var token in root.DescendantTokens(static n => !IsBody(n)))
        {
            if (token.IsKind(SyntaxKind.IdentifierToken))
            {
                names.Mentions.Add(token.ValueText);
            }
        }

        return names;
    }

    private static void Collect(SyntaxNode node, string prefix, Names names)
    {
        foreach (var child in node.ChildNodes())
        {
            switch (child)
            {
                case BaseNamespaceDeclarationSyntax container:
                    var name = prefix + container.Name.ToString();
                    names.Namespaces.Add(name);
                    Collect(container, name + ".", names);
                    break;
                case BaseTypeDeclarationSyntax type:
                    names.Types.Add(type.Identifier.ValueText);
                    Collect(type, prefix, names);
                    break;
                case UsingDirectiveSyntax { Alias: { } alias }:
                    names.Types.Add(alias.Name.Identifier.ValueText);
                    break;
                case DelegateDeclarationSyntax type:
                    names.Types.Add(type.Identifier.ValueText);
                    break;
                default:
                    break;
            }
        }
    }

    private static bool IsBody(SyntaxNode node) =>
        node is BlockSyntax or ArrowExpressionClauseSyntax
        && node.Parent is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or BasePropertyDeclarationSyntax;

    private sealed class Names
    {
        public HashSet<string> Types { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Mentions { get; } = new(StringComparer.Ordinal);

        public HashSet<string> Namespaces { get; } = new(StringComparer.Ordinal);

        public bool SpeaksForAll { get; set; }
    }
}
