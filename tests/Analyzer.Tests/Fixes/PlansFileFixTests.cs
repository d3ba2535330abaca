using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Rules;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>The light bulb keeps <c>MonotonicReads.Plans.txt</c>: lines come, are mended and go, one at a time and by Fix All.</summary>
public class PlansFileFixTests
{
    private const string Two = "{ " + A + "; " + B + "; }";
    private const string Line = "M:Orders.Get(System.Int32) = 2\n";

    private static readonly string Typed =
        "[Monotonic] public interface IOrders { void Get(int id); void Count(); }\n"
        + $"public class Orders(IDbConnection db) : IOrders {{ public void Get(int id) {Two} public void Count() {Two} }}\n";

    private static readonly string Own =
        "public interface IOrders { void Get(int id); }\n"
        + $"public class Orders(IDbConnection db) : IOrders {{ [Monotonic] public void Get(int id) {Two} }}\n";

    [Fact]
    public async Task A_line_is_added_to_a_file_that_is_made()
    {
        var project = Project(("Orders.cs", Usings + Typed));
        var finding = (await PlansAsync(project))[0];
        var action = Assert.Single(await OffersAsync(project, finding));
        Assert.Equal(("Plan the series: 2 in MonotonicReads.Plans.txt", PlanSeriesFix.FileKey), (action.Title, action.EquivalenceKey));
        var after = (await ApplyAsync(action)).GetProject(project.Id)!;
        Assert.Equal(PlansChanges.Header + Line, await PlansTextAsync(after));
        Assert.Equal("/src/Shop/MonotonicReads.Plans.txt", after.AdditionalDocuments.Single().FilePath);
        Assert.Equal("Count", NameOf(Assert.Single(await PlansAsync(after))));
        Assert.Equal(Usings + Typed, await TextAsync(after));
    }

    [Fact]
    public async Task Fix_All_plans_every_series_once()
    {
        var project = Project(("Orders.cs", (Usings + Typed).ReplaceLineEndings("\r\n")));
        var after = (await AllPlansAsync(project, PlanSeriesFix.FileKey)).GetProject(project.Id)!;
        Assert.Equal((PlansChanges.Header + "M:Orders.Count = 2\n" + Line).ReplaceLineEndings("\r\n"), await PlansTextAsync(after));
        Assert.Empty(await PlansAsync(after));
        Assert.Empty((await FindingsAsync(after)).Where(static d => d.Id == MR1006WrongPlan.Id));
    }

    [Theory]
    [InlineData(false, "PlanSeriesFix", "PlanSeriesFix.File")]
    [InlineData(true, "PlanSeriesFix.File", "PlanSeriesFix")]
    public async Task Where_a_file_is_kept_its_line_is_offered_before_the_argument(bool isKept, params string[] keys)
    {
        var project = Project(("Orders.cs", Usings + Own));
        project = isKept ? WithPlans(project, "") : project;
        var offers = await OffersAsync(project, Assert.Single(await PlansAsync(project)));
        Assert.Equal(keys, offers.Select(static o => o.EquivalenceKey));
    }

    [Fact]
    public async Task A_number_that_is_wrong_is_mended_in_its_line()
    {
        var project = WithPlans(Project(("Orders.cs", Usings + Own)), "# mine\n M:Orders.Get(System.Int32)=7 # seven\n");
        var finding = Assert.Single(await PlansAsync(project));
        Assert.Equal(MR1006WrongPlan.Id, finding.Id);
        Assert.Equal("MonotonicReads.Plans.txt", Path.GetFileName(Assert.Single(finding.AdditionalLocations).GetLineSpan().Path));
        var after = (await ApplyAsync(Assert.Single(await OffersAsync(project, finding)))).GetProject(project.Id)!;
        Assert.Equal("# mine\n M:Orders.Get(System.Int32)=2 # seven\n", await PlansTextAsync(after));
        Assert.Empty(await PlansAsync(after));
    }

    [Fact]
    public async Task A_plan_that_cannot_be_kept_goes()
    {
        var loop = Own.Replace(Two, "{ while (id > 1) " + A + "; }", StringComparison.Ordinal);
        var project = WithPlans(Project(("Orders.cs", Usings + loop)), "M:A.B = 2\n" + Line);
        var finding = (await PlansAsync(project)).Single(static d => d.Location.IsInSource);
        var action = Assert.Single(await OffersAsync(project, finding));
        Assert.Equal("Remove the plan from MonotonicReads.Plans.txt", action.Title);
        Assert.Equal("M:A.B = 2\n", await PlansTextAsync((await ApplyAsync(action)).GetProject(project.Id)!));
    }

    [Fact]
    public async Task A_line_in_vain_is_removed_alone_and_by_Fix_All()
    {
        var project = WithPlans(Project(("Orders.cs", Usings + Own)), "M:A.B = 2 # gone\n" + Line + "M:Orders.Get(System.Int32) = 3\n");
        var findings = await PlansAsync(project);
        Assert.Equal(2, findings.Count);
        var action = Assert.Single(await OffersAsync(project, findings[0]));
        Assert.Equal("Remove the line: no wrapper reads it", action.Title);
        Assert.Equal(Line + "M:Orders.Get(System.Int32) = 3\n", await PlansTextAsync((await ApplyAsync(action)).GetProject(project.Id)!));
        var all = await AllAsync(project, MR1006WrongPlan.Id, RemoveStaleEntryFix.EquivalenceKey, FixAllScope.Project);
        Assert.Equal(Line, await PlansTextAsync(all.GetProject(project.Id)!));
    }

    [Fact]
    public async Task A_project_for_several_frameworks_has_one_file()
    {
        var workspace = new AdhocWorkspace();
        var references = ReadRules.References;
        var ten = Project(workspace.CurrentSolution, "Shop", OutputKind.DynamicallyLinkedLibrary, references, ("Orders.cs", Usings + Own));
        var eight = Project(ten.Solution, "Shop", OutputKind.DynamicallyLinkedLibrary, references, ("Orders.cs", Usings + Own));
        var solution = WithPlans(WithPlans(eight, "M:A.B = 2\n").Solution.GetProject(ten.Id)!, "M:A.B = 2\n").Solution;
        var project = solution.GetProject(ten.Id)!;
        var finding = (await PlansAsync(project)).Single(static d => d.Id == MR1007SeriesCouldBePlanned.Id);
        var action = (await OffersAsync(project, finding))[0];
        var after = await ApplyAsync(action);
        Assert.Equal("M:A.B = 2\n" + Line, await PlansTextAsync(after.GetProject(ten.Id)!));
        Assert.Equal("M:A.B = 2\n" + Line, await PlansTextAsync(after.GetProject(eight.Id)!));
    }

    /// <summary>Its methods are in two projects; a line goes where neither has a use for it.</summary>
    [Fact]
    public async Task A_file_of_two_projects_loses_what_both_do_not_need()
    {
        var workspace = new AdhocWorkspace();
        var references = ReadRules.References;
        var shop = Project(workspace.CurrentSolution, "Shop", OutputKind.DynamicallyLinkedLibrary, references, ("Orders.cs", Usings + Own));
        var other = Project(
            shop.Solution,
            "Other",
            OutputKind.DynamicallyLinkedLibrary,
            references,
            ("Others.cs", Usings + Own.Replace("Orders", "Others", StringComparison.Ordinal))
        );
        const string Lines = Line + "M:Orders.Gone = 2\nM:Others.Get(System.Int32) = 2\n";
        var solution = WithPlans(WithPlans(other, Lines).Solution.GetProject(shop.Id)!, Lines).Solution;
        var all = await AllAsync(
            solution.GetProject(shop.Id)!,
            MR1006WrongPlan.Id,
            RemoveStaleEntryFix.EquivalenceKey,
            FixAllScope.Solution
        );
        Assert.Equal(Line + "M:Others.Get(System.Int32) = 2\n", await PlansTextAsync(all.GetProject(shop.Id)!));
        Assert.Equal(Line + "M:Others.Get(System.Int32) = 2\n", await PlansTextAsync(all.GetProject(other.Id)!));
    }

    /// <summary>As the command does: the larger number stays for the framework that reads more, none where one of them repeats.</summary>
    [Theory]
    [InlineData("{ while (id > 1) " + A + "; }", "")]
    [InlineData("{ " + A + "; " + A + "; " + B + "; " + B + "; }", "M:Orders.Get(System.Int32) = 4\n")]
    public async Task Frameworks_that_differ_have_one_number(string other, string left)
    {
        var workspace = new AdhocWorkspace();
        var references = ReadRules.References;
        var three = Own.Replace(Two, "{ " + A + "; " + A + "; " + B + "; }", StringComparison.Ordinal);
        var ten = Project(
            workspace.CurrentSolution,
            "Shop",
            OutputKind.DynamicallyLinkedLibrary,
            references,
            ("Orders.cs", Usings + three)
        );
        var eight = Project(
            ten.Solution,
            "Shop",
            OutputKind.DynamicallyLinkedLibrary,
            references,
            ("Other.cs", Usings + Own.Replace(Two, other, StringComparison.Ordinal))
        );
        var solution = WithPlans(WithPlans(eight, Line).Solution.GetProject(ten.Id)!, Line).Solution;
        var all = await AllAsync(solution.GetProject(ten.Id)!, MR1006WrongPlan.Id, PlanSeriesFix.FileKey, FixAllScope.Solution);
        Assert.Equal((left, left), (await PlansTextAsync(all.GetProject(ten.Id)!), await PlansTextAsync(all.GetProject(eight.Id)!)));
    }

    [Fact]
    public async Task A_number_is_mended_in_the_file_that_has_the_line()
    {
        var project = WithPlans(Project(("Orders.cs", Usings + Own)), "M:A.B = 2\n");
        const string More = "/src/more/MonotonicReads.Plans.txt";
        project = project
            .AddAdditionalDocument(PlansFile.Name, SourceText.From("M:Orders.Get(System.Int32) = 7\n"), filePath: More)
            .Project;
        var finding = (await PlansAsync(project)).Single(static d => d.Location.IsInSource);
        var after = (await ApplyAsync((await OffersAsync(project, finding))[0])).GetProject(project.Id)!;
        Assert.Equal(
            ["M:A.B = 2\n", Line],
            await Task.WhenAll(
                after.AdditionalDocuments.OrderBy(static d => d.FilePath == More).Select(async d => (await d.GetTextAsync()).ToString())
            )
        );
    }

    [Fact]
    public async Task A_body_with_other_versions_gets_no_line_that_would_stand_for_all_of_them()
    {
        var other = Own.Replace(Two, "{ " + A + "; " + B + ";\n#if OTHER\n" + A + ";\n#endif\n}", StringComparison.Ordinal);
        var project = Project(("Orders.cs", Usings + other));
        Assert.Equal(
            ["PlanSeriesFix"],
            (await OffersAsync(project, Assert.Single(await PlansAsync(project)))).Select(static o => o.EquivalenceKey)
        );
    }

    private static Project WithPlans(Project project, string text) =>
        project.AddAdditionalDocument(PlansFile.Name, SourceText.From(text), filePath: "/src/Shop/MonotonicReads.Plans.txt").Project;

    private static async Task<string> PlansTextAsync(Project project) =>
        (await project.AdditionalDocuments.Single(static d => d.Name == PlansFile.Name).GetTextAsync()).ToString();

    private static string NameOf(Diagnostic diagnostic) =>
        diagnostic.Location.SourceTree!.ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length);

    /// <summary>What is said of plans, hidden or not: those in files first, then by place.</summary>
    private static async Task<IReadOnlyList<Diagnostic>> PlansAsync(Project project)
    {
        var found = await (await project.GetCompilationAsync())!
            .WithAnalyzers([new ReadRulesAnalyzer()], project.AnalyzerOptions)
            .GetAnalyzerDiagnosticsAsync();
        Assert.DoesNotContain(found, static d => d.Id == "AD0001");
        return
        [
            .. found
                .Where(static d => d.Id is MR1006WrongPlan.Id or MR1007SeriesCouldBePlanned.Id)
                .OrderBy(static d => d.Location.IsInSource)
                .ThenBy(static d => d.Location.SourceSpan.Start),
        ];
    }

    private static async Task<Solution> AllPlansAsync(Project project, string key)
    {
        var fix = new PlanSeriesFix();
        var document = project.Documents.Single();
        var context = new FixAllContext(
            document,
            fix,
            FixAllScope.Project,
            key,
            [MR1007SeriesCouldBePlanned.Id],
            new Given(await PlansAsync(project)),
            default
        );
        return await ApplyAsync((await fix.GetFixAllProvider()!.GetFixAsync(context))!);
    }

    private sealed class Given(IReadOnlyList<Diagnostic> found) : FixAllContext.DiagnosticProvider
    {
        public override Task<IEnumerable<Diagnostic>> GetAllDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetDocumentDiagnosticsAsync(Document document, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>(found);

        public override Task<IEnumerable<Diagnostic>> GetProjectDiagnosticsAsync(Project project, CancellationToken cancellationToken) =>
            Task.FromResult<IEnumerable<Diagnostic>>([]);
    }
}
