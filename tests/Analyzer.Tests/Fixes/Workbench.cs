using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>A solution under every rule and the generator, with all fixes that the package has.</summary>
internal static class Workbench
{
    public const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    public const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";
    public const string Write = "db.Execute(\"UPDATE t SET a = 1\")";

    public const string Usings = """
        using System;
        using System.Collections.Generic;
        using System.Data;
        using System.Threading.Tasks;
        using Dapper;
        using MonotonicReads;

        """;

    private static readonly ImmutableArray<DiagnosticAnalyzer> Analyzers =
    [
        .. typeof(MR1004NeedlessAnnotation)
            .Assembly.GetTypes()
            .Where(static t => !t.IsAbstract && t.IsSubclassOf(typeof(DiagnosticAnalyzer)))
            .Select(static t => (DiagnosticAnalyzer)Activator.CreateInstance(t)!),
    ];

    private static readonly ImmutableArray<CodeFixProvider> Fixes =
    [
        .. typeof(DeclareConsistencyFix)
            .Assembly.GetTypes()
            .Where(static t => !t.IsAbstract && t.IsSubclassOf(typeof(CodeFixProvider)))
            .Select(static t => (CodeFixProvider)Activator.CreateInstance(t)!),
    ];

    public static Project Project(params (string Name, string Text)[] files) =>
        Project(new AdhocWorkspace(), "Shop", OutputKind.DynamicallyLinkedLibrary, ReadRules.References, files);

    public static Project Project(
        Workspace workspace,
        string name,
        OutputKind kind,
        IEnumerable<MetadataReference> references,
        params (string Name, string Text)[] files
    ) => Project(workspace.CurrentSolution, name, kind, references, files);

    public static Project Project(
        Solution solution,
        string name,
        OutputKind kind,
        IEnumerable<MetadataReference> references,
        params (string Name, string Text)[] files
    )
    {
        var id = ProjectId.CreateNewId();
        solution = solution.AddProject(
            ProjectInfo.Create(
                id,
                VersionStamp.Default,
                name,
                name,
                LanguageNames.CSharp,
                filePath: $"/src/{name}/{name}.csproj",
                compilationOptions: new CSharpCompilationOptions(kind),
                parseOptions: new CSharpParseOptions(LanguageVersion.Latest),
                metadataReferences: references
            )
        );
        foreach (var (file, text) in files)
        {
            solution = solution.AddDocument(
                DocumentId.CreateNewId(id),
                file,
                SourceText.From(text, Encoding.UTF8),
                filePath: $"/src/{name}/{file}"
            );
        }

        return solution.GetProject(id)!;
    }

    /// <summary>The findings, in the order of files and places, without hidden ones.</summary>
    public static async Task<ImmutableArray<Diagnostic>> FindingsAsync(Project project)
    {
        var compilation = await GeneratedAsync(project);
        var found = await compilation.WithAnalyzers(Analyzers, project.AnalyzerOptions).GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(found, static d => d.Id == "AD0001");
        return
        [
            .. found
                .Where(static d => d.Severity > DiagnosticSeverity.Hidden)
                .OrderBy(static d => d.Location.SourceTree?.FilePath)
                .ThenBy(static d => d.Location.SourceSpan.Start),
        ];
    }

    /// <summary>What is offered for one finding, in the order of the providers' registration.</summary>
    public static async Task<IReadOnlyList<CodeAction>> OffersAsync(Project project, Diagnostic finding)
    {
        var offers = new List<CodeAction>();
        foreach (var fix in Fixes.Where(f => f.FixableDiagnosticIds.Contains(finding.Id)))
        {
            var context = finding.Location.SourceTree is { } tree
                ? new CodeFixContext(DocumentOf(project, tree), finding, (action, _) => offers.Add(action), default)
                : new CodeFixContext(
                    project.AdditionalDocuments.Single(d => d.FilePath == finding.Location.GetLineSpan().Path),
                    finding,
                    (action, _) => offers.Add(action),
                    default
                );
            await fix.RegisterCodeFixesAsync(context);
        }

        return offers;
    }

    public static async Task<IReadOnlyList<string>> KeysAsync(Project project, string id) =>
        [
            .. (
                await Task.WhenAll((await FindingsAsync(project)).Where(d => d.Id == id).Select(async d => await OffersAsync(project, d)))
            ).SelectMany(static o => o.Select(static a => a.EquivalenceKey!)),
        ];

    public static async Task<Solution> ApplyAsync(CodeAction action) =>
        (await action.GetOperationsAsync(default)).OfType<ApplyChangesOperation>().Single().ChangedSolution;

    /// <summary>Fix All; the same solution where there is none. The other projects of the solution have findings of their own.</summary>
    public static async Task<Solution> AllAsync(Project project, string id, string? key, FixAllScope scope)
    {
        var byProject = new Dictionary<ProjectId, ImmutableArray<Diagnostic>>();
        foreach (var one in project.Solution.Projects)
        {
            byProject.Add(one.Id, [.. (await FindingsAsync(one)).Where(d => d.Id == id)]);
        }

        var first = byProject[project.Id].First();
        var solution = project.Solution;
        foreach (var fix in Fixes.Where(f => f.FixableDiagnosticIds.Contains(id)))
        {
            if (fix.GetFixAllProvider() is not { } provider || (key is not null && !await OffersKeyAsync(fix, project, first, key)))
            {
                continue;
            }

            var context = first.Location.SourceTree is { } tree
                ? new FixAllContext(DocumentOf(project, tree), fix, scope, key, [id], new Given(byProject), default)
                : new FixAllContext(project, fix, scope, key, [id], new Given(byProject), default);
            if (await provider.GetFixAsync(context) is { } action)
            {
                solution = await ApplyAsync(action);
            }
        }

        return solution;
    }

    /// <summary>
    /// One finding of the rule is mended by the action, alone and by Fix All, with lines that end either way: the text is as expected and
    /// compiles with what is generated, the finding is gone, nothing else is found that was not, and nothing is left for a second run.
    /// </summary>
    /// <param name="before">The file, without usings.</param>
    /// <param name="id">The rule.</param>
    /// <param name="key">The action's key.</param>
    /// <param name="after">What becomes of the file.</param>
    /// <param name="arises">The id of a rule that may find something afterwards; null for none.</param>
    /// <param name="everywhere">Whether there is a Fix All.</param>
    public static async Task MendsAsync(string before, string id, string key, string after, string? arises = null, bool everywhere = true)
    {
        foreach (var ends in new[] { "\n", "\r\n" })
        {
            var project = Project(("Orders.cs", (Usings + before).ReplaceLineEndings(ends)));
            var expected = (Usings + after).ReplaceLineEndings(ends);
            await CheckAsync(project, id, key, expected, arises, everywhere);
        }
    }

    public static async Task CheckAsync(
        Project project,
        string id,
        string key,
        string expected,
        string? arises = null,
        bool everywhere = true
    )
    {
        await CompilesAsync(project);
        var finding = (await FindingsAsync(project)).First(d => d.Id == id);
        var action = (await OffersAsync(project, finding)).Single(a => a.EquivalenceKey == key);
        var alone = (await ApplyAsync(action)).GetProject(project.Id)!;
        Assert.Equal(expected, await TextAsync(alone));
        var left = await NothingArisesAsync(project, alone, arises);
        Assert.DoesNotContain(left, d => d.Id == id);
        foreach (var other in left)
        {
            Assert.DoesNotContain(await OffersAsync(alone, other), a => a.EquivalenceKey == key);
        }

        var all = await AllAsync(project, id, key, FixAllScope.Project);
        Assert.Equal(everywhere, project.Solution != all);
        if (everywhere)
        {
            Assert.Equal(expected, await TextAsync(all.GetProject(project.Id)!));
        }
    }

    /// <summary>What is found in the changed project: it compiles with what is generated, and no rule finds more than before.</summary>
    public static async Task<ImmutableArray<Diagnostic>> NothingArisesAsync(Project before, Project after, string? arises = null)
    {
        await CompilesAsync(after);
        var known = (await FindingsAsync(before)).CountBy(static d => d.Id).ToDictionary();
        var left = await FindingsAsync(after);
        Assert.DoesNotContain(left.CountBy(static d => d.Id), n => n.Key != arises && n.Value > known.GetValueOrDefault(n.Key));
        return left;
    }

    public static async Task CompilesAsync(Project project) =>
        Assert.DoesNotContain((await GeneratedAsync(project)).GetDiagnostics(), static d => d.Severity == DiagnosticSeverity.Error);

    /// <summary>The text of the project's first file.</summary>
    public static async Task<string> TextAsync(Project project) => (await project.Documents.First().GetTextAsync()).ToString();

    private static async Task<Compilation> GeneratedAsync(Project project)
    {
        CSharpGeneratorDriver
            .Create([new ConsistentRepositoryGenerator().AsSourceGenerator()], parseOptions: (CSharpParseOptions)project.ParseOptions!)
            .RunGeneratorsAndUpdateCompilation((await project.GetCompilationAsync())!, out var compilation, out _);
        return compilation;
    }

    private static Document DocumentOf(Project project, SyntaxTree tree) =>
        project.GetDocument(tree) ?? project.Documents.First(d => d.FilePath == tree.FilePath);

    private static async Task<bool> OffersKeyAsync(CodeFixProvider fix, Project project, Diagnostic finding, string key)
    {
        var found = false;
        var context = finding.Location.SourceTree is { } tree
            ? new CodeFixContext(DocumentOf(project, tree), finding, (action, _) => found |= action.EquivalenceKey == key, default)
            : new CodeFixContext(
                project.AdditionalDocuments.First(),
                finding,
                (action, _) => found |= action.EquivalenceKey == key,
                default
            );
        await fix.RegisterCodeFixesAsync(context);
        return found;
    }

    private sealed class Given(Dictionary<ProjectId, ImmutableArray<Diagnostic>> found) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(found[project.Id]);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult(found[document.Project.Id].Where(d => d.Location.SourceTree?.FilePath == document.FilePath));

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult(found[project.Id].Where(static d => d.Location.SourceTree is null));
    }
}
