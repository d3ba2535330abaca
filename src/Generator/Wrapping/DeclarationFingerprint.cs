using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace MonotonicReads.Generator.Wrapping;

/// <summary>
/// What a plan depends on, as one hash: every file without its method bodies, the references, the options. The usual
/// keystroke is inside a body; then no plan has to be made again, however many types are annotated.
/// </summary>
internal static class DeclarationFingerprint
{
    private static readonly ConditionalWeakTable<SyntaxTree, byte[]> ByTree = new();
    private static readonly ConditionalWeakTable<Compilation, string> ByCompilation = new();
    private static readonly ConditionalWeakTable<object, Ordinal> Ordinals = new();

    private static long _lastOrdinal;

    public static string Of(Compilation compilation) => ByCompilation.GetValue(compilation, Compute);

    private static string Compute(Compilation compilation)
    {
        var inputs = new MemoryStream();
        using var writer = new BinaryWriter(inputs);
        writer.Write(compilation.AssemblyName ?? string.Empty);
        writer.Write(OrdinalOf(compilation.Options));
        foreach (var reference in compilation.References)
        {
            writer.Write(OrdinalOf(reference));
        }

        foreach (var tree in compilation.SyntaxTrees)
        {
            writer.Write(ByTree.GetValue(tree, HashOf));
            writer.Write(OrdinalOf(tree.Options));
        }

        writer.Flush();
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(inputs.ToArray()));
    }

    private static byte[] HashOf(SyntaxTree tree)
    {
        var root = tree.GetRoot();
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

    private static bool IsBody(SyntaxNode node) =>
        node is BlockSyntax or ArrowExpressionClauseSyntax
        && node.Parent is BaseMethodDeclarationSyntax or AccessorDeclarationSyntax or BasePropertyDeclarationSyntax;

    /// <summary>Tells objects apart that live as long as they are used, without keeping them.</summary>
    private static long OrdinalOf(object value) =>
        Ordinals.GetValue(value, static _ => new Ordinal(Interlocked.Increment(ref _lastOrdinal))).Value;

    private sealed record Ordinal(long Value);
}
