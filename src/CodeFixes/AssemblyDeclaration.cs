using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// <c>[assembly: Monotonic]</c>, for a project that gives each request, each call of a hub and each circuit a session and does not say so.
/// </summary>
internal static class AssemblyDeclaration
{
    private const string KeySuffix = ".OnAssembly";

    /// <summary>
    /// Null where it is not certain that every request has a session, where it guarantees less, or where the assembly declares something
    /// already.
    /// </summary>
    public static async Task<Remedy?> OfAsync(Project project, ImmutableArray<Guarantee> sufficient, CancellationToken cancellation)
    {
        if (
            await project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation
            || !WebHandlers.HasPackage(compilation)
            || ConsistencyAnnotations.On(compilation.Assembly) != DeclaredConsistency.None
            || await RequestSessions.OfAsync(project, compilation, cancellation).ConfigureAwait(false) is not var (level, begun)
            || !(sufficient.Contains(level) || sufficient.Contains(Guarantee.Monotonic))
            || await SourceFile.OfAsync(begun, cancellation).ConfigureAwait(false) is not { } file
            || Edit(file, level) is not { } edit
        )
        {
            return null;
        }

        return new Remedy(
            $"Say that the sessions of requests and of hubs' calls hold all reads together ([assembly: {level.Name}])",
            level.Key + KeySuffix,
            edit
        )
        {
            Priority = CodeActionPriority.Low,
        };
    }

    /// <summary>Behind the attributes of the assembly, or behind the usings.</summary>
    private static FileEdit? Edit(SourceFile file, Guarantee level)
    {
        var (root, layout) = (file.Root, file.Layout);
        SyntaxNode? before = root.AttributeLists.LastOrDefault() as SyntaxNode ?? root.Usings.LastOrDefault();
        if (before is null || !layout.IsUnconditional(before.SpanStart) || !Layout.EndsLine(before.GetLastToken()))
        {
            return null;
        }

        var place = before.FullSpan.End;
        var lineEnd = layout.LineEndAt(before.SpanStart);
        var written =
            root.Usings.Count > 0
                ? file.Names.Attribute(level.Name, root.Members.FirstOrDefault()?.SpanStart ?? place)
                : WrittenNames.InFull(level.Name);
        var line = $"[assembly: {written.Text}]{lineEnd}";
        var text = before is AttributeListSyntax ? line : lineEnd + line;
        return new FileEdit(file.Document.Id, new TextChange(new TextSpan(place, 0), text), written.Import);
    }
}
