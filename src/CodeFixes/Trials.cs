using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Symbols;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Edits of declarations, tried before they are offered: what would be wrapped then, and whether MR2001 would name anything that it does
/// not name now. Each is tried once.
/// </summary>
internal sealed class Trials
{
    private readonly Dictionary<string, Task<Trial?>> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<ISymbol, Task<bool>> _harmless = new(SymbolEqualityComparer.Default);

    /// <summary>
    /// Whether MR2001 would name nothing new, in the project or in one that depends on where the symbol is declared, if it were annotated.
    /// </summary>
    public Task<bool> HarmsNobodyAsync(Project project, Project declaring, ISymbol annotated, CancellationToken cancellation)
    {
        if (!_harmless.TryGetValue(annotated, out var harmless))
        {
            _harmless.Add(annotated, harmless = AskAsync());
        }

        return harmless;

        async Task<bool> AskAsync()
        {
            var type = annotated as INamedTypeSymbol ?? annotated.ContainingType;
            var naming = await NamingProjects.OfAsync(project.Solution, declaring.Id, type.Name, cancellation).ConfigureAwait(false);
            var id = annotated.OriginalDefinition.GetDocumentationCommentId();
            foreach (var other in naming.Append(project.Id).Append(declaring.Id).Distinct())
            {
                if (
                    await project.Solution.GetProject(other)!.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation
                    || id is null
                    || DocumentationCommentId.GetFirstSymbolForDeclarationId(id, compilation) is not { } same
                    || !AssumedAnnotation.HarmsNobody(same, compilation, cancellation)
                )
                {
                    return false;
                }
            }

            return true;
        }
    }

    /// <summary>The edits' outcome; null where some class would have a new obstacle, or code would not compile.</summary>
    /// <param name="project">The project whose compilation is asked about.</param>
    /// <param name="edits">The edits.</param>
    /// <param name="type">The type that is changed.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<Trial?> OfAsync(Project project, ImmutableArray<FileEdit> edits, INamedTypeSymbol type, CancellationToken cancellation)
    {
        var name = project.Id.Id + string.Concat(edits.Select(static e => e.Name));
        if (!_known.TryGetValue(name, out var trial))
        {
            _known.Add(name, trial = Trial.OfAsync(project, edits, type, cancellation));
        }

        return trial;
    }
}

/// <summary>A compilation with edits that are not made.</summary>
internal sealed class Trial
{
    private readonly Compilation _after;

    private Trial(Compilation after) => _after = after;

    /// <summary>Whether the method would run in a session of its wrapper's, or of the web package's.</summary>
    public bool Covers(IMethodSymbol method) =>
        Find(method) is IMethodSymbol { ContainingType: { } type } after
        && (
            FrameworkActivation.Of(type) is { } activation && activation.Honours(after, _after)
                ? true
                : WrappingDecision.For(type, _after).CoverageOf(after) is not null
        );

    public static async Task<Trial?> OfAsync(
        Project project,
        ImmutableArray<FileEdit> edits,
        INamedTypeSymbol type,
        CancellationToken cancellation
    )
    {
        var solution = project.Solution;
        var before = new Dictionary<ProjectId, Compilation>();
        var edited = new Dictionary<ProjectId, Compilation>();
        foreach (var edit in edits)
        {
            if (
                solution.GetDocument(edit.Document) is not { } document
                || await document.GetSyntaxTreeAsync(cancellation).ConfigureAwait(false) is not { } tree
                || await document.Project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } compilation
            )
            {
                return null;
            }

            before[document.Project.Id] = compilation;
            var text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
            var changed = tree.WithChangedText(FileEdit.Apply(text, edit.Changes, edit.Import));
            var now = edited.TryGetValue(document.Project.Id, out var earlier) ? earlier : compilation;
            now = now.ReplaceSyntaxTree(tree, changed);
            if (HasNewError(compilation, tree, now, changed, cancellation))
            {
                return null;
            }

            edited[document.Project.Id] = now;
        }

        foreach (var other in await NamingAsync(solution, project, type, edited.Keys, cancellation).ConfigureAwait(false))
        {
            before[other.Key] = other.Value;
            edited[other.Key] = WithEdited(other.Value, before, edited);
        }

        var isSettled = edited.All(pair => AddsNoObstacle(type, before[pair.Key], pair.Value, cancellation));
        return isSettled ? new Trial(edited[project.Id]) : null;
    }

    /// <summary>The project itself and every other in which a type's base list has the name, unless it is edited.</summary>
    private static async Task<Dictionary<ProjectId, Compilation>> NamingAsync(
        Solution solution,
        Project project,
        INamedTypeSymbol type,
        ICollection<ProjectId> edited,
        CancellationToken cancellation
    )
    {
        var reached = new HashSet<ProjectId> { project.Id };
        foreach (var id in edited)
        {
            reached.UnionWith(await NamingProjects.OfAsync(solution, id, type.Name, cancellation).ConfigureAwait(false));
        }

        reached.ExceptWith(edited);
        var naming = new Dictionary<ProjectId, Compilation>();
        foreach (var id in reached)
        {
            if (await solution.GetProject(id)!.GetCompilationAsync(cancellation).ConfigureAwait(false) is { } compilation)
            {
                naming.Add(id, compilation);
            }
        }

        return naming;
    }

    private static Compilation WithEdited(
        Compilation compilation,
        Dictionary<ProjectId, Compilation> before,
        Dictionary<ProjectId, Compilation> edited
    )
    {
        foreach (var reference in compilation.References.OfType<CompilationReference>())
        {
            var changed = edited.FirstOrDefault(e => before[e.Key].AssemblyName == reference.Compilation.AssemblyName).Value;
            if (changed is not null)
            {
                compilation = compilation.ReplaceReference(
                    reference,
                    changed.ToMetadataReference(reference.Properties.Aliases, reference.Properties.EmbedInteropTypes)
                );
            }
        }

        return compilation;
    }

    private static bool AddsNoObstacle(INamedTypeSymbol type, Compilation before, Compilation after, CancellationToken cancellation)
    {
        foreach (var name in Implementers.Of(type, after, cancellation).Append(MetadataName(type)))
        {
            if (after.Assembly.GetTypeByMetadataName(name) is not { } changed)
            {
                continue;
            }

            var known = before.Assembly.GetTypeByMetadataName(name) is { } old
                ? WrappingDecision.For(old, before).Obstacles.Select(Text).ToList()
                : [];
            if (WrappingDecision.For(changed, after).Obstacles.Any(o => !known.Contains(Text(o))) || HidesVirtual(changed, before, after))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a member hides one of a base class that was not virtual before: which of them is meant would be in doubt.</summary>
    private static bool HidesVirtual(INamedTypeSymbol type, Compilation before, Compilation after) =>
        type.GetMembers()
            .Where(static m => m is { IsImplicitlyDeclared: false, IsOverride: false } and not IMethodSymbol { AssociatedSymbol: not null })
            .Any(member =>
                BasesOf(type)
                    .SelectMany(b => b.GetMembers(member.Name))
                    .Any(hidden =>
                        hidden.IsVirtual
                        && Overriding.Hides(member, hidden, after)
                        && hidden.OriginalDefinition.GetDocumentationCommentId() is { } id
                        && DocumentationCommentId.GetFirstSymbolForDeclarationId(id, before) is { IsVirtual: false }
                    )
            );

    private static IEnumerable<INamedTypeSymbol> BasesOf(INamedTypeSymbol type)
    {
        for (var current = type.BaseType; current is not null; current = current.BaseType)
        {
            yield return current;
        }
    }

    private static string Text(Obstacle obstacle) => Obstacle.Name(obstacle.Place) + obstacle.Why;

    private static string MetadataName(INamedTypeSymbol type) =>
        type.ContainingType is { } outer ? MetadataName(outer) + "+" + type.MetadataName
        : type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + type.MetadataName
        : type.MetadataName;

    private static bool HasNewError(Compilation before, SyntaxTree old, Compilation after, SyntaxTree tree, CancellationToken cancellation)
    {
        var known = Errors(before, old, cancellation);
        return Errors(after, tree, cancellation).Any(e => !known.Contains(e));
    }

    private static HashSet<string> Errors(Compilation compilation, SyntaxTree tree, CancellationToken cancellation)
    {
#pragma warning disable RS1030 // The compilation is one that no model was given for.
        var model = compilation.GetSemanticModel(tree);
#pragma warning restore RS1030
        return new HashSet<string>(
            model
                .GetDeclarationDiagnostics(null, cancellation)
                .Where(static d => d.Severity == DiagnosticSeverity.Error)
                .Select(static d => d.GetMessage(System.Globalization.CultureInfo.InvariantCulture)),
            StringComparer.Ordinal
        );
    }

    private ISymbol? Find(ISymbol symbol) =>
        symbol.OriginalDefinition.GetDocumentationCommentId() is { } id
            ? DocumentationCommentId.GetFirstSymbolForDeclarationId(id, _after)
            : null;
}
