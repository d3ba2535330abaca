using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Tests.Harness;

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
        run.Again(Edit(run, "Left", Left.Replace("FromResult(1)", "FromResult(2)", StringComparison.Ordinal))).AssertNothingChanged("after an edit of a body");
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
            var text = "public partial class Repo { public int Automatic { get; } } public static class Part { public const int Limit = 3; } public enum E { A } class ConsistentOther { }";
            return text.Replace(before, changed, StringComparison.Ordinal);
        }

        var run = GeneratorRun.Of(Repo, Elsewhere(before));
        var tree = run.Input.SyntaxTrees.Single(static t => t.ToString().Contains("class Part", StringComparison.Ordinal));
        var edited = run.Again(run.Input.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(Elsewhere(after), Compilations.ParseOptions, path: tree.FilePath)));
        Assert.Contains(IncrementalStepRunReason.Modified, edited.Reasons(TrackingNames.Plans));
    }

    [Fact]
    public void A_new_implementation_of_an_annotated_interface_is_found()
    {
        var run = GeneratorRun.Of(Left, Right);
        var edited = run.Again(run.Input.AddSyntaxTrees(CSharpSyntaxTree.ParseText("namespace Shop; public class Zone : IRight { public int Get() => 2; }", Compilations.ParseOptions, path: "Zone.cs")));
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
        Assert.All(TrackingNames.All, step => Assert.Contains(IncrementalStepRunReason.New, run.Reasons(step)));
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
        run.Result.TrackedOutputSteps.SelectMany(static s => s.Value)
            .SelectMany(static r => r.Outputs)
            .SelectMany(static o => Names(o.Value).Select(name => (name, o.Reason)))
            .ToDictionary(static p => p.name, static p => p.Reason);

    private static IEnumerable<string> Names(object output) =>
        ((System.Collections.IEnumerable)((System.Runtime.CompilerServices.ITuple)output)[0]!).Cast<object>()
            .Select(static s => (string)s.GetType().GetProperty("HintName")!.GetValue(s)!);

    private static CSharpCompilation Edit(GeneratorRun run, string type, string text)
    {
        var tree = run.Input.SyntaxTrees.Single(t => t.ToString().Contains("class " + type, StringComparison.Ordinal));
        return run.Input.ReplaceSyntaxTree(tree, CSharpSyntaxTree.ParseText(text, Compilations.ParseOptions, path: tree.FilePath));
    }
}
