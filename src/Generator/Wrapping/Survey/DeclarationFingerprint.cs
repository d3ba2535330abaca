using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Wrapping.Survey;

/// <summary>
/// What all plans together depend on, as one hash: every file without its method bodies, the references, the options. The
/// usual keystroke is inside a body; then nothing has to be asked again, however many types are annotated.
/// </summary>
internal static class DeclarationFingerprint
{
    private static readonly ConditionalWeakTable<Compilation, string> ByCompilation = new();
    private static readonly ConditionalWeakTable<object, Ordinal> Ordinals = new();

    private static long _lastOrdinal;

    public static string Of(Compilation compilation) =>
        ByCompilation.GetValue(
            compilation,
            static c =>
                HashOf(
                    c,
                    static (tree, writer) =>
                    {
                        writer.Write(TreeDeclarations.Of(tree).Hash);
                        writer.Write(OrdinalOf(tree.Options));
                    }
                )
        );

    /// <summary>The same of what stands above the files, and of what each file adds.</summary>
    public static string HashOf(Compilation compilation, Action<SyntaxTree, BinaryWriter> write)
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
            write(tree, writer);
        }

        writer.Flush();
        using var sha = SHA256.Create();
        return Convert.ToBase64String(sha.ComputeHash(inputs.ToArray()));
    }

    /// <summary>Tells objects apart that live as long as they are used, without keeping them.</summary>
    public static long OrdinalOf(object value) =>
        Ordinals.GetValue(value, static _ => new Ordinal(Interlocked.Increment(ref _lastOrdinal))).Value;

    private sealed record Ordinal(long Value);
}
