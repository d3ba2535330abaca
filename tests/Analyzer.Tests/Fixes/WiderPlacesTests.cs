using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>An annotation on the interface's member, the class or the interface: offered only where it takes effect and harms nobody else.</summary>
public class WiderPlacesTests
{
    private const string Key = DeclareConsistencyFix.EquivalenceKey;
    private const string Body = $"(IDbConnection db) => {A} + {B};";

    private const string Shop = $$"""
        public interface IOrders
        {
            // One page.
            int Load(IDbConnection db);
            int Count(IDbConnection db);
        }

        /// <summary>Orders.</summary>
        public class Orders : IOrders
        {
            public int Load{{Body}}
            public int Count(IDbConnection db) => 0;
        }

        """;

    [Fact]
    public Task The_interface_member_is_annotated() =>
        MendsAsync(
            Shop,
            "MR1001",
            Key + ".OnInterfaceMember",
            Shop.Replace("    int Load", "    [Monotonic]\n    int Load", StringComparison.Ordinal)
        );

    [Fact]
    public Task The_class_is_annotated() =>
        MendsAsync(Shop, "MR1001", Key + ".OnClass", Shop.Replace("public class", "[Monotonic]\npublic class", StringComparison.Ordinal));

    [Fact]
    public Task The_interface_is_annotated() =>
        MendsAsync(
            Shop,
            "MR1001",
            Key + ".OnInterface",
            Shop.Replace("public interface", "[Monotonic]\npublic interface", StringComparison.Ordinal)
        );

    [Fact]
    public async Task The_member_itself_comes_first_and_titles_say_what_happens()
    {
        var project = Project(("Orders.cs", Usings + Shop));
        var finding = Assert.Single(await FindingsAsync(project));
        Assert.Equal(
            [
                "Keep the reads of every call of 'Load' on one replica ([Monotonic])",
                "Keep the reads of every call of 'IOrders.Load' on one replica ([Monotonic] on the interface member)",
                "Keep the reads of every call of 'Orders' on one replica ([Monotonic] on the class)",
                "Keep the reads of every call of 'IOrders' on one replica ([Monotonic] on the interface)",
            ],
            (await OffersAsync(project, finding))
                .Where(static a => a.EquivalenceKey!.StartsWith(Key, StringComparison.Ordinal))
                .Select(static a => a.Title)
        );
    }

    [Theory]
    // A nearer annotation would win.
    [InlineData(
        "public int Load(IDbConnection db) => 1;",
        "[Monotonic] public int Write(IDbConnection db) { " + Write + "; return " + A + "; }",
        "MR1003"
    )]
    // Not reached through the interface.
    [InlineData("public int Load(IDbConnection db) => 1;", "public int Other" + Body, "MR1001")]
    // Nothing stands before a static method.
    [InlineData("public int Load(IDbConnection db) => 1;", "public static int Other" + Body, "MR1001")]
    public async Task Nothing_wider_is_offered_where_it_would_have_no_effect(string load, string other, string id)
    {
        var project = Project(
            (
                "Orders.cs",
                Usings + $"public interface IOrders {{ int Load(IDbConnection db); }}\npublic class Orders : IOrders {{ {load} {other} }}\n"
            )
        );
        Assert.DoesNotContain(await KeysAsync(project, id), static k => k.Contains(".On", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_interface_stays_as_it_is_where_another_implementation_could_not_be_wrapped()
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + Shop
                    + "class Outer { private class Fake : IOrders { public int Load(IDbConnection db) => 0; public int Count(IDbConnection db) => 0; } }\n"
            )
        );
        Assert.Equal(
            [Key, Key + ".OnClass"],
            (await KeysAsync(project, "MR1001")).Where(static k => k.StartsWith(Key, StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task The_interface_stays_as_it_is_where_that_one_stands_in_another_project()
    {
        var project = Project(("Orders.cs", Usings + Shop));
        var reference = new Microsoft.CodeAnalysis.ProjectReference(project.Id);
        foreach (var (access, isOffered) in new[] { ("private", false), ("internal", true) })
        {
            var tests = Project(
                project.Solution,
                "Tests",
                Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary,
                ReadRules.References,
                (
                    "Fakes.cs",
                    Usings
                        + $"class Outer {{ {access} class Fake : IOrders {{ public int Load(IDbConnection db) => 0; public int Count(IDbConnection db) => 0; }} }}\n"
                )
            );
            var solution = tests.Solution.AddProjectReference(tests.Id, reference);
            Assert.Equal(isOffered, (await KeysAsync(solution.GetProject(project.Id)!, "MR1001")).Contains(Key + ".OnInterface"));
        }
    }

    [Fact]
    public async Task The_interface_of_another_project_is_annotated_there()
    {
        var contracts = Project(
            (
                "IOrders.cs",
                "using System.Data;\n\npublic interface IOrders\n{\n    int Load(IDbConnection db);\n    int Count(IDbConnection db);\n}\n"
            )
        );
        var project = Project(
            contracts.Solution,
            "Data",
            Microsoft.CodeAnalysis.OutputKind.DynamicallyLinkedLibrary,
            ReadRules.References,
            (
                "Orders.cs",
                Usings + $"public class Orders : IOrders\n{{\n    public int Load{Body}\n    public int Count(IDbConnection db) => 0;\n}}\n"
            )
        );
        project = project.Solution.AddProjectReference(project.Id, new(contracts.Id)).GetProject(project.Id)!;
        var finding = Assert.Single(await FindingsAsync(project));
        var action = (await OffersAsync(project, finding)).Single(static a => a.EquivalenceKey == Key + ".OnInterfaceMember");
        var mended = await ApplyAsync(action);
        Assert.Equal(
            "using System.Data;\nusing MonotonicReads;\n\npublic interface IOrders\n{\n    [Monotonic]\n    int Load(IDbConnection db);\n    int Count(IDbConnection db);\n}\n".ReplaceLineEndings(
                "\n"
            ),
            (await TextAsync(mended.GetProject(contracts.Id)!)).Replace(
                "using MonotonicReads;\nusing System.Data;",
                "using System.Data;\nusing MonotonicReads;",
                StringComparison.Ordinal
            )
        );
        Assert.Empty(await FindingsAsync(mended.GetProject(project.Id)!));
        await CompilesAsync(mended.GetProject(project.Id)!);
    }

    [Fact]
    public async Task A_class_in_several_files_is_annotated_once_for_all_findings()
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public interface IOrders {{ int Load(IDbConnection db); int Other(IDbConnection db); }}\n\npublic partial class Orders : IOrders\n{{\n    public int Load{Body}\n}}\n"
            ),
            ("Orders.Other.cs", Usings + $"public partial class Orders\n{{\n    public int Other{Body}\n}}\n")
        );
        var solution = await AllAsync(project, "MR1001", Key + ".OnInterface", Microsoft.CodeAnalysis.CodeFixes.FixAllScope.Solution);
        var mended = solution.GetProject(project.Id)!;
        Assert.Equal(
            1,
            System.Text.RegularExpressions.Regex.Count(
                string.Concat(await Task.WhenAll(mended.Documents.Select(static async d => (await d.GetTextAsync()).ToString()))),
                @"\[Monotonic\]"
            )
        );
        Assert.Empty(await FindingsAsync(mended));
        await CompilesAsync(mended);
    }
}
