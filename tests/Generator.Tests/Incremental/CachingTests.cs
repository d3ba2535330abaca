using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Tests.Harness;
using MonotonicReads.Generator.Wrapping.Planning;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Tests.Incremental;

/// <summary>The other direction of what every <see cref="GeneratorRun"/> asserts: a real edit does change its own file, and that alone.</summary>
public class CachingTests
{
    private const string Left = """
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop;
        public interface ILeft { Task<int> GetAsync(int id); }
        public class Left : ILeft { [Monotonic] public Task<int> GetAsync(int id) => Task.FromResult(1); }
        """;

    private const string Right = """
        using MonotonicReads;
        namespace Shop;
        [Monotonic] public interface IRight { int Get(); }
        public class Right : IRight { public int Get() => 1; }
        """;

    /// <summary>One thing a file, so that what leads to what has to be found.</summary>
    private static readonly string[] Project =
    [
        "namespace Shop.Repos { using MonotonicReads; using Far; public class Repo : RepoBase, /*interfaces*/IRepo { [Monotonic/*annotation*/] public Row Get(int limit/*parameter*/, Size size) => new Row(); public int Automatic => 1; } public class Order { public class Line { [Monotonic/*line*/] public virtual int Get() => 1; } } }",
        "namespace Far { public interface IRepo : IDeeper { Row Get(int limit = Limits.Small, Size size = (Size)1); /*member*/ } }",
        "namespace Far { public interface IDeeper { int Automatic { get; } /*deeper*/ } }",
        "namespace Far { /*row*/public class Row { } }",
        "namespace Far { public static class Limits { public const int Small = Numbers.One/*constant*/; } }",
        "namespace Far { public static class Numbers { public const int One = 1/*number*/; } }",
        "namespace Far { public enum Size { Small/*enum*/, Large } }",
        "namespace Far { public class RepoBase { /*base*/ } }",
        "/*elsewhere*/ namespace Elsewhere { public class Other { } }",
    ];

    public static TheoryData<string, string, bool> Edits =>
        new()
        {
            { "annotation", "(OnReplicaLoss = ReplicaLoss.Fail)", true },
            { "interfaces", "System.IDisposable, ", true },
            { "member", "int More() => 1;", true },
            { "deeper", "int Deeper() => 2;", true },
            { "row", "[System.Obsolete] ", true },
            { "constant", " + 1", true },
            { "number", "0", true },
            { "enum", ", Middle", true },
            { "elsewhere", "namespace Shop.Repos { class ConsistentRepo { } }", true },
            { "elsewhere", "namespace Shop.Repos { class ConsistentOrderLine { } }", true },
            { "elsewhere", "namespace Shop.Repos { class Row { } }", true },
            {
                "elsewhere",
                "namespace Shop.Repos { public class OrderLine { [MonotonicReads.Monotonic] public virtual int Get() => 1; } }",
                true
            },
            { "elsewhere", "namespace Shop.Far { }", true },
            { "elsewhere", "[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"X\")]", false },
            { "line", "(Reads = 2)", true },
        };

    [Fact]
    public void An_edit_of_one_signature_rewrites_that_file_alone()
    {
        var run = GeneratorRun.Of(Left, Right);
        var edited = run.Again(Edit(run, "Left", Left.Replace("int id", "long id", StringComparison.Ordinal)));
        Assert.Equal(["Shop.Left.g.cs", "Shop.Right.g.cs"], Changed(edited).Keys.Order());
        Assert.Equal(IncrementalStepRunReason.Modified, Changed(edited)["Shop.Left.g.cs"]);
        Assert.Equal(IncrementalStepRunReason.Cached, Changed(edited)["Shop.Right.g.cs"]);
        Assert.Contains("GetAsync(long id)", edited.Files["Shop.Left.g.cs"], StringComparison.Ordinal);
    }

    [Fact]
    public void An_edit_of_a_body_in_an_annotated_file_changes_nothing()
    {
        var run = GeneratorRun.Of(Left, Right);
        run.Again(Edit(run, "Left", Left.Replace("FromResult(1)", "FromResult(2)", StringComparison.Ordinal)))
            .AssertNothingChanged("after an edit of a body");
        run.Again(Edit(run, "Left", "// a line more\n" + Left)).AssertNothingChanged("after lines moved");
    }

    /// <summary>Edits outside the annotated files that change what their wrappers have to be: plans must not be remembered across them.</summary>
    [Theory]
    [InlineData("public const int Limit = 3;", "public const int Limit = 4;")]
    [InlineData("public int Automatic { get; }", "public int Automatic { get { return 1; } }")]
    [InlineData("class ConsistentOther { }", "class ConsistentRepo { }")]
    [InlineData("enum E { A }", "enum E { B }")]
    public void An_edit_elsewhere_that_matters_is_seen(string before, string after)
    {
        const string Repo = """
            using MonotonicReads;
            public interface IRepo { int Get(int limit = Part.Limit, E e = (E)0); int Automatic { get; } }
            [Monotonic] public partial class Repo : IRepo { public int Get(int limit, E e) => 1; }
            """;
        string Elsewhere(string changed)
        {
            var text =
                "public partial class Repo { public int Automatic { get; } } public static class Part { public const int Limit = 3; } public enum E { A } class ConsistentOther { }";
            return text.Replace(before, changed, StringComparison.Ordinal);
        }

        var run = GeneratorRun.Of(Repo, Elsewhere(before));
        var tree = run.Input.SyntaxTrees.Single(static t => t.ToString().Contains("class Part", StringComparison.Ordinal));
        var edited = run.Again(
            run.Input.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(Elsewhere(after), Compilations.ParseOptions, path: tree.FilePath))
        );
        Assert.Contains(IncrementalStepRunReason.Modified, edited.Reasons(TrackingNames.Plans));
    }

    /// <summary>Whatever was remembered: after any edit the files are those of a generator that starts anew.</summary>
    [Theory]
    [MemberData(nameof(Edits))]
    public void After_an_edit_the_files_are_those_of_a_fresh_run(string what, string after, bool isSeen = true)
    {
        var sources = Project.Select(s => s.Replace("/*" + what + "*/", "", StringComparison.Ordinal)).ToArray();
        var edited = Project.Select(s => s.Replace("/*" + what + "*/", after, StringComparison.Ordinal)).ToArray();
        var run = GeneratorRun.Of(sources);
        Assert.Equal(2, run.Files.Count);
        var compilation = run.Input;
        for (var i = 0; i < sources.Length; i++)
        {
            if (sources[i] != edited[i])
            {
                var tree = compilation.SyntaxTrees[i];
                compilation = compilation.ReplaceSyntaxTree(
                    tree,
                    CSharpSyntaxTree.ParseText(edited[i], Compilations.ParseOptions, path: tree.FilePath)
                );
            }
        }

        var fresh = GeneratorRun.Of(edited).Files;
        Assert.Equal(fresh, run.Again(compilation).Files);
        Assert.Equal(isSeen, !run.Files.OrderBy(static f => f.Key).SequenceEqual(fresh.OrderBy(static f => f.Key)));

        // And back again, over what the edit left behind.
        Assert.Equal(run.Files, run.Again(compilation).Again(run.Input).Files);
    }

    [Fact]
    public void A_declaration_that_no_name_leads_to_makes_no_plan_again()
    {
        var project = Compilations.Of(
            "class Repo : Alias { }",
            "namespace Near { interface IRepo { Deep? Get(); } }",
            "global using Alias = Near.IRepo;"
        );
        var key = Key("class Other { int _a; }");
        Assert.Equal(key, Key("class Other { int _b; }"));
        Assert.Equal(key, Key("class Other { int _b; } class Another { Repo? _repo; }"));
        Assert.NotEqual(key, Key("class Other { int _a; } class Deep { }"));
        Assert.NotEqual(Key("class Deep { int _a; }"), Key("class Deep { int _b; }"));
        Assert.NotEqual(key, Key("class ConsistentRepo { }"));
        Assert.NotEqual(key, Key("namespace Near.Nearer { }"));
        Assert.NotEqual(key, Key("global using Other = System.String;"));

        string Key(string other) =>
            DeclarationGraph
                .Of(project.AddSyntaxTrees(CSharpSyntaxTree.ParseText(other, Compilations.ParseOptions)))
                .KeyOf(new Candidate("Repo", "Repo.g.cs"));
    }

    [Fact]
    public void A_new_implementation_of_an_annotated_interface_is_found()
    {
        var run = GeneratorRun.Of(Left, Right);
        var edited = run.Again(
            run.Input.AddSyntaxTrees(
                CSharpSyntaxTree.ParseText(
                    "namespace Shop; public class Zone : IRight { public int Get() => 2; }",
                    Compilations.ParseOptions,
                    path: "Zone.cs"
                )
            )
        );
        Assert.Equal(3, edited.Files.Count);
        Assert.Equal(IncrementalStepRunReason.New, Changed(edited)["Shop.Zone.g.cs"]);
        Assert.Equal(IncrementalStepRunReason.Cached, Changed(edited)["Shop.Left.g.cs"]);
        Assert.Equal(IncrementalStepRunReason.Cached, Changed(edited)["Shop.Right.g.cs"]);
    }

    [Fact]
    public void Removing_the_annotation_removes_the_file()
    {
        var run = GeneratorRun.Of(Left, Right);
        var edited = run.Again(Edit(run, "Right", Right.Replace("[Monotonic]", string.Empty, StringComparison.Ordinal)));
        Assert.Equal(["Shop.Left.g.cs"], edited.Files.Keys);
        Assert.Contains(IncrementalStepRunReason.Modified, edited.Reasons(TrackingNames.Contracts));
        Assert.Equal(2, run.Files.Count);
    }

    [Fact]
    public void Every_named_step_ran()
    {
        var run = GeneratorRun.Of(Left, Right);
        // Without a plans file its step has nothing to do; PlansFileTests have one.
        Assert.All(
            TrackingNames.All.Where(static step => step != TrackingNames.PlansFiles),
            step => Assert.Contains(IncrementalStepRunReason.New, run.Reasons(step))
        );
        Assert.Equal(2, run.Reasons(TrackingNames.Plans).Count);
    }

    [Fact]
    public void Without_annotations_nothing_is_planned_and_nothing_written()
    {
        var run = GeneratorRun.Of("public interface IOrders { int Get(); } public class Repo : IOrders { public int Get() => 1; }");
        Assert.Empty(run.Files);
        Assert.Empty(run.Reasons(TrackingNames.Candidates));
        Assert.Empty(run.Reasons(TrackingNames.Plans));
    }

    private static Dictionary<string, IncrementalStepRunReason> Changed(GeneratorRun run) =>
        run
            .Result.TrackedOutputSteps.SelectMany(static s => s.Value)
            .SelectMany(static r => r.Outputs)
            .SelectMany(static o => Names(o.Value).Select(name => (name, o.Reason)))
            .ToDictionary(static p => p.name, static p => p.Reason);

    private static IEnumerable<string> Names(object output) =>
        ((System.Collections.IEnumerable)((System.Runtime.CompilerServices.ITuple)output)[0]!)
            .Cast<object>()
            .Select(static s => (string)s.GetType().GetProperty("HintName")!.GetValue(s)!);

    private static CSharpCompilation Edit(GeneratorRun run, string type, string text)
    {
        var tree = run.Input.SyntaxTrees.Single(t => t.ToString().Contains("class " + type, StringComparison.Ordinal));
        return run.Input.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(text, Compilations.ParseOptions, path: tree.FilePath));
    }
}
