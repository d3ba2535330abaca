using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Which sessions a project gives its requests: <c>app.UseReadSessions()</c> on every path, with options that are written where they are
/// understood.
/// </summary>
internal static class RequestSessions
{
    private const string Use = "UseReadSessions";
    private const string Add = "AddReadSessions";
    private const string Options = "RequestSessionOptions";

    private static readonly ulong[] Codes = [NameCode.Of(Use), NameCode.Of(Add), NameCode.Of(Options)];

    /// <summary>The level, and the file that begins the sessions; null where that is not certain.</summary>
    public static async Task<(Guarantee Level, Document File)?> OfAsync(
        Project project,
        Compilation compilation,
        CancellationToken cancellation
    )
    {
        if (await IsSetElsewhereAsync(project, cancellation).ConfigureAwait(false))
        {
            return null;
        }

        Document? begun = null;
        var levels = new List<Guarantee?>();
        foreach (var tree in compilation.SyntaxTrees.Where(IsAboutThem).OrderBy(static t => t.FilePath, StringComparer.Ordinal))
        {
            if (
                project.GetDocument(tree) is not { } document
                || await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model
            )
            {
                return null;
            }

            var root = await tree.GetRootAsync(cancellation).ConfigureAwait(false);
            var calls = root.DescendantNodes().OfType<InvocationExpressionSyntax>().Where(c => IsOurs(c, model, cancellation)).ToList();
            if (NamesOptionsOutside(calls, root))
            {
                return null;
            }

            levels.AddRange(calls.Where(static c => NameOf(c) == Add).Select(c => RequestLevel.In(c, model, cancellation)));
            begun ??= calls.Exists(static c => NameOf(c) == Use && IsUnconditional(c)) ? document : null;
        }

        return begun is not null && levels.Count > 0 && levels.Distinct().ToList() is [{ } level] ? (level, begun) : null;
    }

    /// <summary>
    /// Whether what is reported may run in a request: neither what runs when an object or a type is made, or the program starts, nor a
    /// hosted service, a job, or whatever else is called by no request.
    /// </summary>
    public static async Task<bool> MayRunInOneAsync(Document document, Diagnostic diagnostic, CancellationToken cancellation)
    {
        if (
            await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false) is not { } root
            || await document.GetSemanticModelAsync(cancellation).ConfigureAwait(false) is not { } model
            || ConsistencyDeclarations.DeclarationOf(diagnostic, root, model, cancellation) is not { } declaration
        )
        {
            return false;
        }

        return declaration switch
        {
            AnonymousFunctionExpressionSyntax => MappedHandler.IsHonoured(declaration, model, cancellation),
            CompilationUnitSyntax or ConstructorDeclarationSyntax or DestructorDeclarationSyntax => false,
            _ => ConsistencyDeclarations.MethodOf(declaration, model, cancellation) is { ContainingType: { } type } method
                && !IsMain(method, model.Compilation, cancellation)
                && TypeChain(type).All(t => FrameworkActivation.Of(t)?.HonoursType(model.Compilation) != false),
        };
    }

    private static IEnumerable<INamedTypeSymbol> TypeChain(INamedTypeSymbol? type)
    {
        for (; type is not null; type = type.ContainingType)
        {
            yield return type;
        }
    }

    private static bool IsMain(IMethodSymbol method, Compilation compilation, CancellationToken cancellation) =>
        compilation.GetEntryPoint(cancellation) is { } entry
        && (SymbolEqualityComparer.Default.Equals(method, entry) || SymbolEqualityComparer.Default.Equals(method.ContainingSymbol, entry));

    private static bool IsAboutThem(SyntaxTree tree) => Codes.Any(NameIndex.Of(tree).Has);

    /// <summary>Whether a project that this one uses has to do with the sessions: it may set what is not seen here.</summary>
    private static async Task<bool> IsSetElsewhereAsync(Project project, CancellationToken cancellation)
    {
        foreach (var id in project.Solution.GetProjectDependencyGraph().GetProjectsThatThisProjectTransitivelyDependsOn(project.Id))
        {
            foreach (var document in project.Solution.GetProject(id)!.Documents)
            {
                if (
                    await document.GetSyntaxTreeAsync(cancellation).ConfigureAwait(false) is { } tree
                    && IsAboutThem(tree)
                    && !IsTheirOwn(tree, cancellation)
                )
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>A solution that has the package's own sources.</summary>
    private static bool IsTheirOwn(SyntaxTree tree, CancellationToken cancellation) =>
        tree.GetRoot(cancellation)
            .DescendantNodes(static n => n is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<BaseNamespaceDeclarationSyntax>()
            .Any(static n => n.Name.ToString() == "MonotonicReads.AspNetCore");

    private static bool IsOurs(InvocationExpressionSyntax call, SemanticModel model, CancellationToken cancellation) =>
        NameOf(call) is Use or Add
        && model.GetSymbolInfo(call, cancellation).Symbol
            is IMethodSymbol { ContainingType.ContainingNamespace: { Name: "AspNetCore", ContainingNamespace.Name: "MonotonicReads" } };

    private static string? NameOf(InvocationExpressionSyntax call) =>
        ((call.Expression as MemberAccessExpressionSyntax)?.Name ?? call.Expression as SimpleNameSyntax)?.Identifier.ValueText;

    /// <summary><c>Configure&lt;RequestSessionOptions&gt;</c> and the like, which may set anything.</summary>
    private static bool NamesOptionsOutside(List<InvocationExpressionSyntax> calls, SyntaxNode root) =>
        root.DescendantNodes()
            .OfType<IdentifierNameSyntax>()
            .Any(n =>
                n.Identifier.ValueText == Options
                && !calls.Exists(c => NameOf(c) == Add && c.ArgumentList.Span.Contains(n.Span) && n.Parent is ParameterSyntax)
            );

    /// <summary>A statement of a method, or of the program, that no condition guards and that is for all requests.</summary>
    private static bool IsUnconditional(InvocationExpressionSyntax call)
    {
        foreach (var node in call.Ancestors())
        {
            switch (node)
            {
                case ExpressionStatementSyntax or BlockSyntax or MemberAccessExpressionSyntax or InvocationExpressionSyntax:
                    break;
                case ReturnStatementSyntax or ArrowExpressionClauseSyntax:
                    break;
                case MethodDeclarationSyntax or GlobalStatementSyntax:
                    return true;
                default:
                    return false;
            }
        }

        return false;
    }
}
