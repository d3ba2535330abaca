using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using MonotonicReads.CodeFixes;
using static MonotonicReads.Analyzer.Tests.Fixes.Workbench;

namespace MonotonicReads.Analyzer.Tests.Fixes;

/// <summary>A fix for one member takes nothing from what others have: no level becomes another, in no project.</summary>
public class OtherAnnotationsTests
{
    private const string Key = DeclareConsistencyFix.EquivalenceKey;
    private const string Body = $"(IDbConnection db) => {A} + {B};";
    private const string Written = $"(IDbConnection db) {{ {Write}; return {A}; }}";
    private const string None = "(IDbConnection db) => 0;";

    [Theory]
    // The class comes before what its members implement or override.
    [InlineData("interface I { int Load(IDbConnection db); [Primary] int Tight(IDbConnection db); }", "Orders : I", "", false)]
    [InlineData("interface I { int Load(IDbConnection db); [Causal] int Tight(IDbConnection db); }", "Orders : I", "", false)]
    [InlineData("interface I { int Load(IDbConnection db); [Eventual(\"a\")] int Tight(IDbConnection db); }", "Orders : I", "", false)]
    [InlineData("interface I { int Load(IDbConnection db); int Tight(IDbConnection db); }", "Orders : I", "", true)]
    [InlineData("[Causal] interface J { int Tight(IDbConnection db); }", "Orders : J", "", false)]
    [InlineData(
        "public abstract class Base { [Primary] public abstract int Tight(IDbConnection db); }",
        "Orders : Base",
        "override",
        false
    )]
    [InlineData("public abstract class Base { public abstract int Tight(IDbConnection db); }", "Orders : Base", "override", true)]
    public async Task A_class_is_annotated_where_no_member_has_its_level_from_a_contract(
        string contract,
        string type,
        string modifier,
        bool isOffered
    )
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"{contract}\npublic class {type} {{ public virtual int Load{Body} public {modifier} int Tight{None} }}\n".Replace(
                        "public  int Tight",
                        "public virtual int Tight",
                        StringComparison.Ordinal
                    )
            )
        );
        await CompilesAsync(project);
        Assert.Equal(isOffered, (await KeysAsync(project, "MR1001")).Contains(Key + ".OnClass"));
    }

    [Theory]
    [InlineData("[Primary]", false)]
    [InlineData("", true)]
    public async Task A_class_is_annotated_where_no_heir_has_its_level_from_a_contract(string level, bool isOffered)
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"interface I {{ {level} int Tight(IDbConnection db); }}\npublic class Orders {{ public virtual int Load{Body} public virtual int Tight{None} }}\npublic class Late : Orders, I {{ public override int Tight{None} }}\n"
            )
        );
        await CompilesAsync(project);
        Assert.Equal(isOffered, (await KeysAsync(project, "MR1001")).Contains(Key + ".OnClass"));
    }

    [Theory]
    [InlineData("[Causal]", false)]
    [InlineData("", true)]
    public async Task An_interface_member_is_annotated_where_no_implementation_has_its_level_from_another_interface(
        string level,
        bool isOffered
    )
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public interface I {{ int Load(IDbConnection db); }}\n{level} public interface J {{ int Load(IDbConnection db); }}\npublic class Orders : I {{ public int Load{Body} }}\npublic class Tight : I, J {{ public int Load{None} }}\n"
            )
        );
        await CompilesAsync(project);
        Assert.Equal(isOffered, (await KeysAsync(project, "MR1001")).Contains(Key + ".OnInterfaceMember"));
    }

    [Theory]
    [InlineData("public class Late : Orders, I { public override int Load" + None + " }", "[Causal]", false)]
    [InlineData("public class Late : Orders, I { public override int Load" + None + " }", "", true)]
    [InlineData("class Outer { private class Late : Orders, I { public override int Load" + None + " } }", "", false)]
    public async Task A_member_is_annotated_where_it_changes_nothing_for_heirs_in_any_project(string heir, string level, bool isOffered)
    {
        var contract = $"public interface I {{ {level} int Load(IDbConnection db); }}\n";
        var orders = $"public class Orders {{ public virtual int Load{Body} }}\n";
        var alone = Project(("Orders.cs", Usings + contract + orders + heir + "\n"));
        await CompilesAsync(alone);
        Assert.Equal(isOffered, await IsAnnotatedAsync(alone));

        var project = Project(("Orders.cs", Usings + contract + orders));
        var other = Project(
            project.Solution,
            "Late",
            OutputKind.DynamicallyLinkedLibrary,
            ReadRules.References,
            ("Late.cs", Usings + heir + "\n")
        );
        var solution = other.Solution.AddProjectReference(other.Id, new(project.Id));
        await CompilesAsync(solution.GetProject(other.Id)!);
        Assert.Equal(isOffered, await IsAnnotatedAsync(solution.GetProject(project.Id)!));

        var mended = await AllAsync(solution.GetProject(project.Id)!, "MR1001", Key, FixAllScope.Solution);
        Assert.Empty(await FindingsAsync(mended.GetProject(project.Id)!));
        Assert.DoesNotContain(await FindingsAsync(mended.GetProject(other.Id)!), static d => d.Id == "MR2001");
    }

    [Theory]
    [InlineData("[Monotonic]", "[Causal]")]
    [InlineData("[Monotonic(OnReplicaLoss = ReplicaLoss.Fail)]", "a causal session")]
    public async Task What_an_interface_says_of_a_member_is_not_lost_for_a_stronger_level(string onInterface, string how)
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public interface I {{ {onInterface} int Load(IDbConnection db); }}\npublic class Orders : I {{ public int Load{Written} }}\n"
            )
        );
        var finding = (await FindingsAsync(project)).Single(static d => d.Id == "MR1003");
        var action = (await OffersAsync(project, finding)).Single(static a => a.EquivalenceKey == Key + ".Causal");
        Assert.Contains(how, action.Title, StringComparison.Ordinal);
        Assert.DoesNotContain(await FindingsAsync((await ApplyAsync(action)).GetProject(project.Id)!), static d => d.Id == "MR1003");
    }

    [Theory]
    [InlineData("public class Orders { [Monotonic] public virtual int Load(IDbConnection db) => " + A + "; }", true)]
    [InlineData("[Causal] public class Orders { [Monotonic] public virtual int Load(IDbConnection db) => " + A + "; }", false)]
    [InlineData(
        "public interface I { [Primary] int Load(IDbConnection db); }\npublic class Orders : I { [Monotonic] public int Load(IDbConnection db) => "
            + A
            + "; }",
        false
    )]
    [InlineData(
        "public class Orders { [Monotonic] public virtual int Load(IDbConnection db) => "
            + A
            + "; }\npublic class Late : Orders { public override int Load"
            + Body
            + " }",
        false
    )]
    [InlineData(
        "public class Orders { [Monotonic] public virtual int Load(IDbConnection db) => "
            + A
            + "; }\npublic class Late : Orders { public int Other"
            + None
            + " [Causal] public override int Load"
            + Body
            + " }",
        true
    )]
    public async Task A_needless_annotation_goes_where_nothing_else_has_its_level_from_it(string code, bool isOffered)
    {
        var project = Project(("Orders.cs", Usings + code + "\n"));
        await CompilesAsync(project);
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR1004");
        Assert.Equal(isOffered, (await KeysAsync(project, "MR1004")).Contains(RemoveAnnotationFix.EquivalenceKey));
    }

    [Fact]
    public async Task A_needless_annotation_stays_for_an_override_in_another_project()
    {
        var project = Project(
            ("Orders.cs", Usings + $"public class Orders {{ [Monotonic] public virtual int Load(IDbConnection db) => {A}; }}\n")
        );
        var other = Project(
            project.Solution,
            "Late",
            OutputKind.DynamicallyLinkedLibrary,
            ReadRules.References,
            ("Late.cs", Usings + $"public class Late : Orders {{ public override int Load{Body} }}\n")
        );
        var solution = other.Solution.AddProjectReference(other.Id, new(project.Id));
        Assert.NotEmpty(await KeysAsync(project, "MR1004"));
        Assert.Empty(await KeysAsync(solution.GetProject(project.Id)!, "MR1004"));
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("[Monotonic]", false)]
    public async Task A_session_instead_of_an_annotation_settles_a_sealed_override_where_its_base_says_nothing(
        string onBase,
        bool isOffered
    )
    {
        var project = Project(
            (
                "Orders.cs",
                Usings
                    + $"public abstract class Base {{ {onBase} public abstract int Load(IDbConnection db); }}\npublic class Orders : Base {{ [Monotonic] public sealed override int Load{Body} }}\n"
            )
        );
        await CompilesAsync(project);
        var finding = (await FindingsAsync(project)).Single(static d => d.Id == "MR2001");
        var action = (await OffersAsync(project, finding)).SingleOrDefault(static a => a.EquivalenceKey == MakeWrappableFix.SessionKey);
        Assert.Equal(isOffered, action is not null);
        if (action is not null)
        {
            Assert.Empty(await FindingsAsync((await ApplyAsync(action)).GetProject(project.Id)!));
        }
    }

    [Theory]
    [InlineData("public class Orders { [Monotonic] public virtual int Load" + Written + " }")]
    [InlineData("[Monotonic] public class Orders { public virtual int Load" + Written + " }")]
    [InlineData(
        "public interface I { [Monotonic] int Load(IDbConnection db); }\npublic class Orders : I { public int Load" + Written + " }"
    )]
    [InlineData("[assembly: Monotonic]\npublic class Orders { public int Load" + Written + " }")]
    [InlineData(
        "public class Orders { [Monotonic] public virtual int Load(IDbConnection db) { return Own(); int Own() { "
            + Write
            + "; return "
            + A
            + "; } } }"
    )]
    public async Task Stale_answers_are_not_accepted_by_taking_a_level_away(string code)
    {
        var project = Project(("Orders.cs", Usings + code + "\n"));
        await CompilesAsync(project);
        Assert.Contains(await FindingsAsync(project), static d => d.Id == "MR1003");
        Assert.DoesNotContain(AcceptStaleReadsFix.EquivalenceKey, await KeysAsync(project, "MR1003"));
    }

    [Fact]
    public async Task The_parts_of_a_class_in_several_files_are_annotated_as_far_as_that_goes_together()
    {
        // Apart, each could be annotated: together the wrapper stands behind the interface, which does not declare the second.
        var project = Project(
            (
                "A.cs",
                Usings
                    + $"public interface I {{ int Load(IDbConnection db); }}\npublic partial class Orders : I\n{{\n    public int Load{Body}\n}}\n"
            ),
            ("B.cs", Usings + $"public partial class Orders\n{{\n    public virtual int Other{Body}\n}}\n")
        );
        await CompilesAsync(project);
        var mended = (await AllAsync(project, "MR1001", Key, FixAllScope.Solution)).GetProject(project.Id)!;
        await CompilesAsync(mended);
        Assert.Empty(await FindingsAsync(mended));
    }

    [Fact]
    public async Task A_class_in_two_files_is_annotated_once_for_findings_in_both()
    {
        var project = Project(
            ("A.cs", Usings + $"public partial class Orders\n{{\n    public virtual int Load{Body}\n}}\n"),
            ("B.cs", Usings + $"public partial class Orders\n{{\n    public virtual int Other{Body}\n}}\n")
        );
        var mended = (await AllAsync(project, "MR1001", Key + ".OnClass", FixAllScope.Solution)).GetProject(project.Id)!;
        await CompilesAsync(mended);
        Assert.Empty(await FindingsAsync(mended));
    }

    [Fact]
    public async Task A_heir_in_another_project_is_planned_with_what_its_base_class_will_have()
    {
        // Apart, each could be annotated: together the heir's wrapper stands behind its interface, which does not declare the override.
        var project = Project(("Orders.cs", Usings + $"public class Orders\n{{\n    public virtual int Load{Body}\n}}\n"));
        var other = Project(
            project.Solution,
            "Late",
            OutputKind.DynamicallyLinkedLibrary,
            ReadRules.References,
            (
                "Late.cs",
                Usings
                    + $"public interface I {{ int Other(IDbConnection db); }}\npublic class Late : Orders, I\n{{\n    public override int Load{None}\n    public int Other{Body}\n}}\n"
            )
        );
        var solution = other.Solution.AddProjectReference(other.Id, new(project.Id));
        var mended = await AllAsync(solution.GetProject(project.Id)!, "MR1001", Key, FixAllScope.Solution);
        foreach (var id in new[] { project.Id, other.Id })
        {
            await CompilesAsync(mended.GetProject(id)!);
            Assert.Empty(await FindingsAsync(mended.GetProject(id)!));
        }
    }

    [Fact]
    public async Task A_project_for_two_frameworks_is_changed_once()
    {
        var text = Usings + $"public class Orders\n{{\n    public virtual int Load{Body}\n}}\n";
        var project = Project(("Orders.cs", text));
        var again = Project(project.Solution, "Shop", OutputKind.DynamicallyLinkedLibrary, ReadRules.References, ("Orders.cs", text));
        var mended = await AllAsync(again.Solution.GetProject(project.Id)!, "MR1001", Key, FixAllScope.Solution);
        var expected = text.Replace("    public virtual", "    [Monotonic]\n    public virtual", StringComparison.Ordinal);
        Assert.Equal(expected, await TextAsync(mended.GetProject(project.Id)!));
        Assert.Equal(expected, await TextAsync(mended.GetProject(again.Id)!));
    }

    private static async Task<bool> IsAnnotatedAsync(Project project)
    {
        var finding = (await FindingsAsync(project)).Single(static d => d.Id == "MR1001");
        return (await OffersAsync(project, finding))
            .Single(static a => a.EquivalenceKey == Key)
            .Title.Contains("([Monotonic])", StringComparison.Ordinal);
    }
}
