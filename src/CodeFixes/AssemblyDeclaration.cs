using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// <c>[assembly: Monotonic]</c>, for a project that gives each request, each call of a hub and each circuit a session and does not say so.
/// </summary>
internal static class AssemblyDeclaration
{
    private const string KeySuffix = ".OnAssembly";

    private static readonly string[] Entries = ["UseReadSessions", "AddReadSessions"];
    private static readonly ulong[] EntryCodes = Entries.Select(NameCode.Of).ToArray();

    /// <summary>Null where no request has a session, where it guarantees less, or where the assembly declares something already.</summary>
    public static async Task<Remedy?> OfAsync(Project project, ImmutableArray<Guarantee> sufficient, CancellationToken cancellation)
    {
        if (
            await project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation
            || !WebHandlers.HasPackage(compilation)
            || ConsistencyAnnotations.On(compilation.Assembly) != DeclaredConsistency.None
        )
        {
            return null;
        }

        var calls = compilation
            .SyntaxTrees.Where(tree => EntryCodes.Any(NameIndex.Of(tree).Has))
            .OrderBy(static t => t.FilePath, StringComparer.Ordinal)
            .SelectMany(tree => tree.GetRoot(cancellation).DescendantNodes().OfType<InvocationExpressionSyntax>())
            .Where(static call => Entries.Contains(NameOf(call)))
            .ToList();
        if (
            calls.Count == 0
            || LevelOf(calls) is not { } level
            || !(sufficient.Contains(level) || sufficient.Contains(Guarantee.Monotonic))
            || project.GetDocument(calls[0].SyntaxTree) is not { } document
            || await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false) is not { } file
            || !IsOurs(calls[0], file.Model, cancellation)
            || Edit(file, level) is not { } edit
        )
        {
            return null;
        }

        return new Remedy(
            $"Say that the sessions of requests and of hubs' calls hold all reads together ([assembly: {level.Name}])",
            level.Key + KeySuffix,
            edit
        );
    }

    private static bool IsOurs(SyntaxNode call, SemanticModel model, CancellationToken cancellation) =>
        model.GetSymbolInfo(call, cancellation).Symbol
            is IMethodSymbol { ContainingType.ContainingNamespace: { Name: "AspNetCore", ContainingNamespace.Name: "MonotonicReads" } };

    private static string? NameOf(InvocationExpressionSyntax call) =>
        ((call.Expression as MemberAccessExpressionSyntax)?.Name ?? call.Expression as SimpleNameSyntax)?.Identifier.ValueText;

    /// <summary>What the options set: monotonic where nothing is; null where requests have no session, or it is not written here.</summary>
    private static Guarantee? LevelOf(IEnumerable<InvocationExpressionSyntax> calls)
    {
        var level = Guarantee.Monotonic;
        foreach (
            var assigned in calls
                .SelectMany(static c => c.ArgumentList.DescendantNodes())
                .OfType<AssignmentExpressionSyntax>()
                .Where(static a => (a.Left as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText == "Level")
        )
        {
            switch ((assigned.Right as MemberAccessExpressionSyntax)?.Name.Identifier.ValueText)
            {
                case "Monotonic" or "Snapshot":
                    break;
                case "Causal":
                    level = Guarantee.Causal;
                    break;
                case "Primary":
                    level = Guarantee.Primary;
                    break;
                default:
                    return null;
            }
        }

        return level;
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
