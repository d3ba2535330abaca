using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.CodeFixes;

/// <summary>A file that a fix may write into, with what is known of it.</summary>
internal sealed record SourceFile(Document Document, CompilationUnitSyntax Root, SemanticModel Model, Layout Layout, WrittenNames Names)
{
    private static readonly string[] Annotations = ["Monotonic", "Causal", "Global", "Primary", "Eventual"];

    /// <summary>Null for a file in which our types cannot be named, that a tool wrote, or that is not C#.</summary>
    public static async Task<SourceFile?> OfAsync(Document document, CancellationToken cancellation)
    {
        var root = await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false);
        var model = await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false);
        if (
            root is not CompilationUnitSyntax unit
            || model is null
            || !CanName(model.Compilation)
            || document is SourceGeneratedDocument
            || GeneratedFiles.Contains(root.SyntaxTree, model.Compilation, cancellation)
        )
        {
            return null;
        }

        var layout = new Layout(unit, await document.GetTextAsync(cancellation).ConfigureAwait(false));
        return new SourceFile(document, unit, model, layout, new WrittenNames(model, unit, layout));
    }

    /// <summary>The file in which a symbol is declared, the preferred one of several; null where none is to be written in.</summary>
    public static async Task<(SourceFile File, SyntaxNode Declaration)?> DeclaringAsync(
        ISymbol symbol,
        Document preferred,
        CancellationToken cancellation
    )
    {
        var solution = preferred.Project.Solution;
        var places = symbol
            .DeclaringSyntaxReferences.Select(r => (Reference: r, Document: solution.GetDocument(r.SyntaxTree)))
            .Where(static p => p.Document is not null and not SourceGeneratedDocument)
            .OrderBy(p => p.Document!.Id == preferred.Id ? 0 : 1);
        foreach (var (reference, document) in places)
        {
            if (await OfAsync(document!, cancellation).ConfigureAwait(false) is { } file)
            {
                return (file, await reference.GetSyntaxAsync(cancellation).ConfigureAwait(false));
            }
        }

        return null;
    }

    /// <summary>The attribute written on a declaration; null where it cannot be, or where an annotation of ours stands there.</summary>
    public FileEdit? Annotate(SyntaxNode declaration, Guarantee guarantee)
    {
        if (IsAnnotated(declaration))
        {
            return null;
        }

        var written = Names.Attribute(guarantee.Name, declaration.SpanStart);
        var changes = AttributePlace.On(declaration, written.Text, Layout);
        return changes.IsEmpty ? null : new FileEdit(Document.Id, changes, written.Import);
    }

    /// <summary>Whether an annotation of ours is written on the declaration itself.</summary>
    public static bool IsAnnotated(SyntaxNode declaration) =>
        AttributePlace
            .ListsOf(declaration)
            .SelectMany(static l => l.Attributes)
            .Any(static a => Annotations.Any(name => AnnotationSyntax.IsNamed(a, name)));

    /// <summary>A reference that is known under another alias alone cannot be named.</summary>
    private static bool CanName(Compilation compilation) =>
        compilation.GetTypeByMetadataName("MonotonicReads.ReadSession") is { } session
        && (
            compilation.GetMetadataReference(session.ContainingAssembly) is not { Properties.Aliases: { IsDefaultOrEmpty: false } aliases }
            || aliases.Contains("global")
        );
}
