using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Options;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>What is accepted stands somewhere, with a reason or in the baseline, and never by a command that was to mend.</summary>
public class AcceptanceTests
{
    private const string Body = $"(IDbConnection db) => {A} + {B};";

    [Fact]
    public Task Stale_reads_are_accepted_with_a_reason_that_is_still_asked_for() =>
        MendsAsync(
            $"public class Orders\n{{\n    // Two.\n    static int Load{Body}\n}}\n",
            "MR1001",
            AcceptStaleReadsFix.EquivalenceKey,
            $"public class Orders\n{{\n    // Two.\n    [Eventual(\"\")]\n    static int Load{Body}\n}}\n",
            "MR1005",
            everywhere: false
        );

    [Fact]
    public async Task The_missing_reason_is_reported_and_there_is_no_Fix_All()
    {
        var project = Project(("Orders.cs", Usings + $"public class Orders {{ static int Load{Body} }}\n"));
        var finding = Assert.Single(await FindingsAsync(project));
        var action = (await OffersAsync(project, finding)).Single(static a => a.EquivalenceKey == AcceptStaleReadsFix.EquivalenceKey);
        var mended = (await ApplyAsync(action)).GetProject(project.Id)!;
        Assert.Equal(["MR1005"], (await FindingsAsync(mended)).Select(static d => d.Id));
        Assert.Null(new AcceptStaleReadsFix().GetFixAllProvider());
    }

    [Theory]
    [InlineData("static IDbConnection db; static int f = " + A + " + " + B + ";")]
    [InlineData("Orders" + "(IDbConnection db) { _ = " + A + " + " + B + "; }")]
    [InlineData("static IDbConnection db; int P => " + A + " + " + B + ";")]
    public async Task Nothing_is_written_where_no_attribute_of_ours_can_stand(string member)
    {
        var project = Project(("Orders.cs", Usings + "public class Orders { " + member + " }\n"));
        Assert.DoesNotContain(AcceptStaleReadsFix.EquivalenceKey, await KeysAsync(project, "MR1001"));
    }

    [Fact]
    public async Task What_accepts_is_shown_after_what_mends()
    {
        var project = Project(("Orders.cs", Usings + $"public class Orders {{ static int Load{Body} }}\n"));
        var offers = await OffersAsync(project, Assert.Single(await FindingsAsync(project)));
        Assert.Equal(
            [DeclareConsistencyFix.EquivalenceKey, AcceptStaleReadsFix.EquivalenceKey, AcceptIntoBaselineFix.EquivalenceKey],
            offers.OrderByDescending(static o => o.Priority).Select(static o => o.EquivalenceKey)
        );
        Assert.Equal(3, offers.Select(static o => o.Priority).Distinct().Count());
        Assert.Equal(
            [CodeActionRequestPriority.Default, CodeActionRequestPriority.Low, CodeActionRequestPriority.Low],
            new CodeFixProvider[] { new DeclareConsistencyFix(), new AcceptStaleReadsFix(), new AcceptIntoBaselineFix() }.Select(static f =>
                f.RequestPriority
            )
        );
    }

    [Fact]
    public async Task An_endpoint_that_is_accepted_loses_the_session_of_its_request_and_the_title_says_so()
    {
        foreach (var (references, isSaid) in new[] { (AspNetCore.WithPackage, true), (AspNetCore.Framework, false) })
        {
            var project = Project(
                new AdhocWorkspace(),
                "Shop",
                OutputKind.DynamicallyLinkedLibrary,
                [.. ReadRules.References, .. references],
                (
                    "Orders.cs",
                    Usings + $"public class OrdersController : Microsoft.AspNetCore.Mvc.ControllerBase {{ public int Load{Body} }}\n"
                )
            );
            await CompilesAsync(project);
            var offers = await OffersAsync(project, (await FindingsAsync(project)).Single(static d => d.Id == "MR1001"));
            var title = offers.Single(static o => o.EquivalenceKey == AcceptStaleReadsFix.EquivalenceKey).Title;
            Assert.Equal(isSaid, title.Contains("its requests get no session", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task A_baseline_is_made_beside_the_project(string ends)
    {
        var project = Project(
            (
                "Orders.cs",
                (
                    Usings
                    + $"public class Orders\n{{\n    static int B{Body}\n    static int A{Body}\n    static int W(IDbConnection db) {{ {Write}; return {Workbench.A}; }}\n}}\n"
                ).ReplaceLineEndings(ends)
            )
        );
        var solution = await AllAsync(project, "MR1001", AcceptIntoBaselineFix.EquivalenceKey, FixAllScope.Project);
        var file = Assert.Single(solution.GetProject(project.Id)!.AdditionalDocuments);
        Assert.Equal(("/src/Shop/" + BaselineFile.Name, BaselineFile.Name), (file.FilePath, file.Name));
        Assert.Equal(
            BaselineChanges.Header.ReplaceLineEndings(ends)
                + $"MR1001 M:Orders.A(System.Data.IDbConnection){ends}MR1001 M:Orders.B(System.Data.IDbConnection){ends}",
            (await file.GetTextAsync()).ToString()
        );
        var accepted = solution.GetProject(project.Id)!;
        Assert.Equal(["MR1003"], (await FindingsAsync(accepted)).Select(static d => d.Id));

        // The next rule's findings go into the same file.
        solution = await AllAsync(accepted, "MR1003", AcceptIntoBaselineFix.EquivalenceKey, FixAllScope.Document);
        Assert.Empty(await FindingsAsync(solution.GetProject(project.Id)!));
    }

    [Fact]
    public async Task One_finding_goes_where_it_sorts_in()
    {
        var project = Project(("Orders.cs", Usings + $"public class Orders\n{{\n    static int M{Body}\n}}\n"));
        project = project
            .AddAdditionalDocument(
                BaselineFile.Name,
                "# ours\r\nMR1001 M:Orders.A # one day\r\nMR1001 M:Orders.Z\r\n",
                filePath: "/src/Shop/" + BaselineFile.Name
            )
            .Project;
        var finding = (await FindingsAsync(project)).Single(static d => d.Id == "MR1001");
        var action = (await OffersAsync(project, finding)).Single(static a => a.EquivalenceKey == AcceptIntoBaselineFix.EquivalenceKey);
        var mended = (await ApplyAsync(action)).GetProject(project.Id)!;
        Assert.Equal(
            "# ours\r\nMR1001 M:Orders.A # one day\r\nMR1001 M:Orders.M(System.Data.IDbConnection)\r\nMR1001 M:Orders.Z\r\n",
            (await mended.AdditionalDocuments.Single().GetTextAsync()).ToString()
        );
        Assert.DoesNotContain(await FindingsAsync(mended), static d => d.Id == "MR1001");
    }

    [Fact]
    public async Task All_projects_of_a_solution_get_their_own_and_one_project_for_two_frameworks_gets_one()
    {
        var first = Project(("Orders.cs", Usings + $"public class Orders {{ static int M{Body} }}\n"));
        var again = Project(
            first.Solution,
            "Shop",
            OutputKind.DynamicallyLinkedLibrary,
            ReadRules.References,
            ("Orders.cs", Usings + $"public class Orders {{ static int M{Body} }}\n")
        );
        var other = Project(
            again.Solution,
            "Jobs",
            OutputKind.DynamicallyLinkedLibrary,
            ReadRules.References,
            ("Job.cs", Usings + $"public class Job {{ static int N{Body} }}\n")
        );
        var solution = await AllAsync(
            other.Solution.GetProject(first.Id)!,
            "MR1001",
            AcceptIntoBaselineFix.EquivalenceKey,
            FixAllScope.Solution
        );
        foreach (var (id, said) in new[] { (first.Id, "Orders.M"), (again.Id, "Orders.M"), (other.Id, "Job.N") })
        {
            Assert.Equal(
                BaselineChanges.Header + $"MR1001 M:{said}(System.Data.IDbConnection)\n",
                (await solution.GetProject(id)!.AdditionalDocuments.Single().GetTextAsync()).ToString()
            );
            Assert.Empty(await FindingsAsync(solution.GetProject(id)!));
        }
    }

    [Fact]
    public async Task A_command_that_takes_what_is_offered_first_accepts_nothing()
    {
        var project = Project(("Orders.cs", Usings + $"public class Orders {{ static IDbConnection db; static int f = {A} + {B}; }}\n"));
        var solution = await AllAsync(project, "MR1001", key: null, FixAllScope.Solution);
        Assert.Empty(solution.GetProject(project.Id)!.AdditionalDocuments);
        Assert.Equal(await TextAsync(project), await TextAsync(solution.GetProject(project.Id)!));
    }
}
