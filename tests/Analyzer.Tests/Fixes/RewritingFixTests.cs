using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.CodeFixes;
using MonotonicReads.Generator.Options;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>What a change of a declaration would break elsewhere: then it is not offered, and nothing is asked that costs a solution.</summary>
public class RewritingFixTests
{
    private const string Body = $"(IDbConnection db) => {A} + {B};";
    private const string Contract = "public interface IOrders\n{\n    int Load(IDbConnection db);\n}\n";

    private const string Outside =
        Contract + $"public class Orders : IOrders\n{{\n    [Monotonic] public int Load{Body}\n    [Monotonic] public int Find{Body}\n}}\n";

    [Theory]
    [InlineData("class Fake : IOrders { public int Load(IDbConnection db) => 1; }")]
    [InlineData("struct Fake : IOrders { public int Load(IDbConnection db) => 1; }")]
    [InlineData("record struct Fake : Shop.IOrders { public int Load(IDbConnection db) => 1; }")]
    [InlineData("namespace Tests { class Orders : IOrders { public int Load(IDbConnection db) => 1; } }")]
    [InlineData("interface IMore : IOrders { } class Fake : IMore { public int Load(IDbConnection db) => 1; }")]
    [InlineData("#if TESTS\nclass Fake : IOrders { public int Load(IDbConnection db) => 1; }\n#endif\n")]
    public async Task A_member_is_not_declared_where_somebody_else_implements_the_interface(string other)
    {
        other = other.Replace("Shop.", "global::", StringComparison.Ordinal);
        var alone = Project(("Orders.cs", Usings + Outside), ("Fake.cs", Usings + other));
        await CompilesAsync(alone);
        Assert.DoesNotContain(await KeysAsync(alone, "MR2001"), static k => k == MakeWrappableFix.DeclareKey);

        var (shop, _) = Two(Usings + Outside, Usings + other);
        Assert.DoesNotContain(await KeysAsync(shop, "MR2001"), static k => k == MakeWrappableFix.DeclareKey);
    }

    [Theory]
    [InlineData("class Caller { int Call(IOrders orders, IDbConnection db) => orders.Load(db); }")]
    [InlineData("class Fake : IOthers { } interface IOthers { } // not : IOrders")]
    public async Task It_is_where_others_only_call_it(string other)
    {
        var (shop, _) = Two(Usings + Outside, Usings + other);
        Assert.Contains(await KeysAsync(shop, "MR2001"), static k => k == MakeWrappableFix.DeclareKey);
    }

    [Theory]
    [InlineData("class Special : Orders { public int Load(IDbConnection db) => 1; }", false)]
    [InlineData("class Special : Orders { public new int Load(IDbConnection db) => 1; }", false)]
    [InlineData("class Special : Orders { public new int Load; }", false)]
    [InlineData("class Mid : Orders { } class Special : Mid { public int Load(IDbConnection db) => 1; }", false)]
    [InlineData("class Special : Orders { }", true)]
    [InlineData("class Special { public int Load(IDbConnection db) => 1; }", true)]
    [InlineData("class Special : Orders { public int Load(string name) => 1; }", true)]
    public async Task A_member_that_an_heir_hides_does_not_become_virtual(string heir, bool isOffered)
    {
        var orders = $"public class Orders {{ [Monotonic] public int Load{Body} }}\n";
        var same = Project(("Orders.cs", Usings + orders), ("Special.cs", Usings + heir));
        Assert.Equal(isOffered, (await KeysAsync(same, "MR2001")).Contains(MakeWrappableFix.VirtualKey));
        var (shop, _) = Two(Usings + orders, Usings + heir);
        Assert.Equal(isOffered, (await KeysAsync(shop, "MR2001")).Contains(MakeWrappableFix.VirtualKey));
    }

    /// <summary>The wrapper of an heir overrides what the heir has not hidden.</summary>
    [Theory]
    [InlineData("public class Special : Orders { public new int Load(IDbConnection db) => 1; }")]
    [InlineData("public class Special : Orders { public int Load(IDbConnection db) => 1; }")]
    [InlineData("public class Special : Orders { public new virtual int Load(IDbConnection db) => 1; }")]
    [InlineData("public class Special : Orders { public new int Load; }")]
    [InlineData("public class Special : Orders { public sealed override int Load(IDbConnection db) => 1; }")]
    [InlineData("public class Special : Orders { private int Load(IDbConnection db) => 1; }")]
    [InlineData("public class Mid : Orders { public new int Load(IDbConnection db) => 1; } public class Special : Mid { }")]
    [InlineData("public class Mid : Orders { public sealed override int Load(IDbConnection db) => 1; } public class Special : Mid { }")]
    public Task What_an_heir_hides_compiles_with_its_wrapper(string heir) =>
        CompilesAsync(
            Project(
                (
                    "Orders.cs",
                    Usings
                        + $"public class Orders {{ [Monotonic] public virtual int Load{Body} [Monotonic] public virtual int Find{Body} }}\n{heir}\n"
                )
            )
        );

    [Theory]
    [InlineData("new Orders(db: null, count: 1)", "new ConsistentOrders(db: null, count: 1)")]
    [InlineData("new Orders(count: 1, db: null)", "new ConsistentOrders(count: 1, db: null)")]
    [InlineData("new Orders(inner: 2)", "new ConsistentOrders(inner: 2)")]
    [InlineData("new Orders(null, @class: 1)", "new ConsistentOrders(null, @class: 1)")]
    [InlineData("new Orders(2) { Name = \"a\" }", "new ConsistentOrders(2) { Name = \"a\" }")]
    public Task A_wrapper_that_derives_takes_arguments_by_name(string before, string after) =>
        MendsAsync(Named(before), "MR2002", UseWrapperFix.CreateKey, Named(after));

    [Theory]
    [InlineData("new Orders(inner: 2)", "new ConsistentOrders(new Orders(inner: 2))")]
    [InlineData("new Orders(db: null)", "new ConsistentOrders(new Orders(db: null))")]
    public Task So_does_one_that_stands_before_it(string before, string after) =>
        MendsAsync(Behind(before), "MR2002", UseWrapperFix.CreateKey, Behind(after));

    /// <summary>The interface has names and defaults of its own.</summary>
    [Theory]
    [InlineData("o.Load(connection: db, n: 1)", false)]
    [InlineData("o.Load(db)", false)]
    [InlineData("o.Load(db, 3)", true)]
    [InlineData("o.Page(database: db)", true)]
    [InlineData("o.Page(db)", true)]
    public async Task A_local_is_left_whose_calls_would_mean_something_else(string call, bool isOffered)
    {
        var text =
            $"public interface IOrders {{ int Load(IDbConnection db, int n = 1); int Page(IDbConnection database, int n = 1); }}\npublic class Orders : IOrders\n{{\n    [Monotonic] public int Load(IDbConnection connection, int n = 2) => 1;\n    [Monotonic] public int Page(IDbConnection database, int n = 1) => {A.Replace("db", "database", StringComparison.Ordinal)} + {B.Replace("db", "database", StringComparison.Ordinal)};\n}}\nclass Program {{ int Make(IDbConnection db) {{ var o = CREATED; return {call}; }} }}\n";
        if (isOffered)
        {
            await MendsAsync(
                text.Replace("CREATED", "new Orders()", StringComparison.Ordinal),
                "MR2002",
                UseWrapperFix.CreateKey,
                text.Replace("CREATED", "new ConsistentOrders(new Orders())", StringComparison.Ordinal)
            );
            return;
        }

        var project = Project(("Orders.cs", Usings + text.Replace("CREATED", "new Orders()", StringComparison.Ordinal)));
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR2002");
        Assert.DoesNotContain(await KeysAsync(project, "MR2002"), static k => k == UseWrapperFix.CreateKey);
    }

    [Theory]
    [InlineData("Orders.g.cs", "")]
    [InlineData("Orders.Designer.cs", "")]
    [InlineData("Orders.cs", "// <auto-generated>\n// by a tool\n// </auto-generated>\n")]
    public async Task A_file_that_a_tool_wrote_is_never_edited(string name, string head)
    {
        var reads = $"public class Shop : Generated {{ public int Load{Body} public int Page(IDbConnection db) => Load(db) + {B}; }}";
        var project = Project(
            ("Shop.cs", Usings + reads),
            (
                name,
                head
                    + Usings
                    + $"public interface IGenerated {{ int Load(IDbConnection db); int Page(IDbConnection db); }} public abstract class Generated {{ }}\npublic partial class Orders {{ [Monotonic] public int Find{Body} static int All{Body} }}\n"
            )
        );
        project = project
            .Solution.WithDocumentText(
                project.Documents.First().Id,
                SourceText.From(Usings + reads.Replace(": Generated", ": Generated, IGenerated", StringComparison.Ordinal))
            )
            .GetProject(project.Id)!;
        await CompilesAsync(project);
        var generated = project.Documents.Last();
        foreach (var finding in await FindingsAsync(project))
        {
            foreach (var offer in await OffersAsync(project, finding))
            {
                var changed = (await ApplyAsync(offer)).GetChanges(project.Solution).GetProjectChanges();
                Assert.DoesNotContain(changed.SelectMany(static c => c.GetChangedDocuments()), d => d == generated.Id);
            }
        }

        // Not even where a finding is handed to a fix that stands in such a file.
        var tree = (await generated.GetSyntaxTreeAsync())!;
        var text = tree.ToString();
        foreach (var (id, word) in new[] { ("MR1001", "All"), ("MR2001", "Find"), ("MR1004", "Find"), ("MR1007", "Find") })
        {
            var given = Diagnostic.Create(
                new DiagnosticDescriptor(id, "", "", "", DiagnosticSeverity.Warning, true),
                Location.Create(tree, new TextSpan(text.IndexOf(word + "(", StringComparison.Ordinal), word.Length)),
                System.Collections.Immutable.ImmutableDictionary<string, string?>.Empty.Add("Reads", "2")
            );
            Assert.DoesNotContain(await OffersAsync(project, given), static a => a.EquivalenceKey != AcceptIntoBaselineFix.EquivalenceKey);
        }
    }

    [Theory]
    [InlineData("interface IOrders { }")]
    [InlineData("namespace Other { public interface IOrders { } }")]
    [InlineData("file interface IOrders { }")]
    [InlineData("class Outer { class IOrders { } }")]
    public async Task No_interface_is_extracted_under_a_name_that_is_taken(string other)
    {
        var project = Project(
            ("Orders.cs", Usings + $"public sealed class Orders {{ [Monotonic] public int Load{Body} }}\n"),
            ("Other.cs", other)
        );
        Assert.DoesNotContain(await KeysAsync(project, "MR2001"), static k => k == MakeWrappableFix.ExtractKey);
    }

    [Theory]
    [InlineData("class Orders { }", false)]
    [InlineData("file class Orders { }", false)]
    [InlineData("namespace Other { public class Orders { } }", false)]
    [InlineData("class Others { }", true)]
    public async Task A_class_of_its_file_stays_so_where_its_name_is_taken(string other, bool isOffered)
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public interface IOrders {{ int Load(IDbConnection db); }}\nfile class Orders : IOrders {{ [Monotonic] public int Load{Body} }}\n"
            ),
            ("Other.cs", other)
        );
        Assert.Equal(isOffered, (await KeysAsync(project, "MR2001")).Contains(MakeWrappableFix.AccessKey));
    }

    [Theory]
    [InlineData("} // kept\n")]
    [InlineData("} /* kept */ // too\n\n/// <summary>Of the other.</summary>\nclass Other { }\n")]
    [InlineData("}\n\n/// <summary>Of the other.</summary>\nclass Other { }\n")]
    [InlineData("}\n#region kept\n#endregion\n")]
    public Task An_extracted_interface_comes_behind_the_comment_of_its_class(string end)
    {
        var line = end.IndexOf('\n', StringComparison.Ordinal);
        return MendsAsync(
            $"/// <summary>Of ours.</summary>\npublic sealed class Orders\n{{\n    [Monotonic] public int Load{Body}\n{end}",
            "MR2001",
            MakeWrappableFix.ExtractKey,
            $"/// <summary>Of ours.</summary>\npublic sealed class Orders : IOrders\n{{\n    [Monotonic] public int Load{Body}\n{end[..line]}\n\npublic interface IOrders\n{{\n    int Load(IDbConnection db);\n}}{end[line..]}"
        );
    }

    [Fact]
    public Task An_interface_is_extracted_from_a_class_that_is_open_too() =>
        MendsAsync(
            $"public class Orders\n{{\n    [Monotonic] public int Load{Body}\n    [Monotonic] public virtual int Find{Body}\n}}\n",
            "MR2001",
            MakeWrappableFix.ExtractKey,
            $"public class Orders : IOrders\n{{\n    [Monotonic] public int Load{Body}\n    [Monotonic] public virtual int Find{Body}\n}}\n\npublic interface IOrders\n{{\n    int Load(IDbConnection db);\n    int Find(IDbConnection db);\n}}\n"
        );

    /// <summary>Projects that have no type with the name among its bases are not compiled for the sake of a light bulb.</summary>
    [Fact]
    public async Task Only_projects_that_name_the_type_are_visited()
    {
        var (shop, other) = Two(
            Usings + $"public class Orders {{ [Monotonic] public int Load{Body} public int Page(IDbConnection db) => {A} + {B}; }}\n",
            Usings + "class Caller { int Call(Orders orders, IDbConnection db) => orders.Load(db); }"
        );
        foreach (var finding in await FindingsAsync(shop))
        {
            Assert.NotEmpty(await OffersAsync(shop, finding));
        }

        Assert.False(other.TryGetCompilation(out _));
    }

    [Fact]
    public async Task A_line_that_another_target_needs_stays()
    {
        const string lines = "MR1001 M:Orders.M(System.Data.IDbConnection)\nMR1001 M:Gone\n";
        var solution = new AdhocWorkspace().CurrentSolution;
        foreach (var (name, text) in new[] { ("net8.0", $"{A}"), ("net10.0", $"{A} + {B}") })
        {
            var added = Project(
                solution,
                $"Shop({name})",
                OutputKind.DynamicallyLinkedLibrary,
                ReadRules.References,
                ("Orders.cs", Usings + $"public class Orders {{ static int M(IDbConnection db) => {text}; }}\n")
            );
            solution = added.AddAdditionalDocument(BaselineFile.Name, lines, filePath: "/src/Shop/" + BaselineFile.Name).Project.Solution;
        }

        var first = solution.Projects.Single(static p => p.Name == "Shop(net8.0)");
        var found = await FindingsAsync(first);
        Assert.Equal(["MR3002", "MR3002"], found.Select(static d => d.Id));
        foreach (var scope in new[] { FixAllScope.Project, FixAllScope.Solution })
        {
            await OnlyTheOtherGoesAsync(await AllAsync(first, "MR3002", RemoveStaleEntryFix.EquivalenceKey, scope));
        }

        await OnlyTheOtherGoesAsync(await ApplyAsync(Assert.Single(await OffersAsync(first, found[1]))));
        var live = await (Assert.Single(await OffersAsync(first, found[0]))).GetOperationsAsync(default);
        Assert.All(
            live.OfType<Microsoft.CodeAnalysis.CodeActions.ApplyChangesOperation>(),
            o => Assert.Empty(o.ChangedSolution.GetChanges(solution).GetProjectChanges())
        );

        static async Task OnlyTheOtherGoesAsync(Solution changed)
        {
            foreach (var project in changed.Projects)
            {
                var text = await project.AdditionalDocuments.Single().GetTextAsync();
                Assert.Equal("MR1001 M:Orders.M(System.Data.IDbConnection)\n", text.ToString());
            }
        }
    }

    private static string Named(string creation) =>
        $"public class Orders\n{{\n    public Orders(IDbConnection db, int count = 0) {{ _ = count; }}\n    public Orders(int inner) {{ }}\n    public Orders(string s, int @class) {{ }}\n    public string Name {{ get; set; }}\n    [Monotonic] public virtual int Load{Body}\n}}\nclass Program {{ int Make(IDbConnection db) => {creation}.Load(db); }}\n";

    private static string Behind(string creation) =>
        $"public interface IOrders {{ int Load(IDbConnection db); }}\npublic class Orders : IOrders\n{{\n    public Orders(IDbConnection db) {{ }}\n    public Orders(int inner) {{ }}\n    [Monotonic] public int Load{Body}\n}}\nclass Program {{ IOrders Make() => {creation}; }}\n";

    /// <summary>A library and another project that references it, whose files nobody has parsed yet.</summary>
    private static (Project Shop, Project Other) Two(string shop, string other)
    {
        var declaring = Project(("Orders.cs", shop));
        var with = Project(declaring.Solution, "Other", OutputKind.DynamicallyLinkedLibrary, ReadRules.References, ("Other.cs", other));
        var solution = with.AddProjectReference(new ProjectReference(declaring.Id)).Solution;
        return (solution.GetProject(declaring.Id)!, solution.GetProject(with.Id)!);
    }
}
