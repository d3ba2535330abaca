using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

/// <summary>A wrapper carries the number of <c>MonotonicReads.Plans.txt</c> as if the annotation said it, and nobody else does.</summary>
public class PlansFileTests
{
    private const string Orders = """
        using System.Threading.Tasks;
        using MonotonicReads;
        namespace Shop;
        public interface IOrders { Task<int> PageAsync(int id); Task<int> PageAsync(string name); int Count(); }
        [Monotonic] public class Orders : IOrders
        {
            public Task<int> PageAsync(int id) => Task.FromResult(1);
            public Task<int> PageAsync(string name) => Task.FromResult(1);
            public int Count() => 1;
        }
        """;

    private const string Lines = """
        using MonotonicReads;
        namespace Shop;
        public class Lines { [Causal] public virtual int Get(int id) => id; [Primary] public virtual int Tight() => 1; }
        """;

    [Theory]
    [InlineData("M:Shop.Orders.PageAsync(System.Int32) = 3", "PageAsync(int id)", "Reads3", "Reads = 3")]
    [InlineData("  M:Shop.Orders.PageAsync(System.String)=2 # the page", "PageAsync(string name)", "Reads2", "Reads = 2")]
    [InlineData("# all\r\n\r\nM:Shop.Orders.Count = 12\r\n", "Count()", "Reads12", "Reads = 12")]
    [InlineData("M:Shop.Orders.Count = 4\nM:Shop.Orders.Count = 5", "Count()", "Reads4", "Reads = 4")]
    public void The_member_that_a_line_names_is_planned_and_no_other(string file, string signature, string field, string initializer)
    {
        var text = Run([Orders], file).AssertAllWrapped().Text;
        Assert.Contains($"ReadSessionOptions {field} = new() {{ {initializer} }};", text, StringComparison.Ordinal);
        Assert.Equal(1, Count(text, "ReadSessionOptions "));
        Assert.Equal(1, Count(text, $", {field})"));
        var member = text.IndexOf(signature, StringComparison.Ordinal);
        Assert.True(
            member > 0 && text.IndexOf($", {field})", StringComparison.Ordinal) is var use && use > member && use < member + 250,
            text
        );
    }

    [Theory]
    [InlineData("")]
    [InlineData("#M:Shop.Orders.Count = 3")]
    [InlineData("M:Shop.Orders.Count(System.Int32) = 3")]
    [InlineData("M:Orders.Count = 3")]
    [InlineData("M:Shop.IOrders.Count = 3")]
    [InlineData("M:Shop.Orders.Count = 0")]
    [InlineData("M:Shop.Orders.Count = -3")]
    [InlineData("M:Shop.Orders.Count = three")]
    [InlineData("M:Shop.Orders.Count 3")]
    public void What_names_no_member_of_a_wrapper_or_no_number_changes_nothing(string file) =>
        Assert.DoesNotContain("ReadSessionOptions", Run([Orders], file).AssertAllWrapped().Text, StringComparison.Ordinal);

    [Fact]
    public void What_the_annotation_says_counts()
    {
        var said = Orders.Replace("public int Count()", "[Monotonic(Reads = 2)] public int Count()", StringComparison.Ordinal);
        var text = Run([said], "M:Shop.Orders.Count = 7").AssertAllWrapped().Text;
        Assert.Contains("Reads = 2", text, StringComparison.Ordinal);
        Assert.DoesNotContain("7", text, StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_annotation_says_on_a_type_does_not()
    {
        var onType = Orders.Replace("[Monotonic]", "[Monotonic(Reads = 2)]", StringComparison.Ordinal);
        Assert.DoesNotContain("Reads = 2", Run([onType], "").AssertAllWrapped().Text, StringComparison.Ordinal);
        Assert.Contains("Reads = 7", Run([onType], "M:Shop.Orders.Count = 7").AssertAllWrapped().Text, StringComparison.Ordinal);
    }

    [Fact]
    public void It_stands_beside_what_the_annotation_says_of_other_things()
    {
        var kept = Orders.Replace("[Monotonic]", "[Monotonic(OnReplicaLoss = ReplicaLoss.Fail)]", StringComparison.Ordinal);
        var text = Run([kept], "M:Shop.Orders.Count = 7").AssertAllWrapped().Text;
        Assert.Contains("new() { OnReplicaLoss = global::MonotonicReads.ReplicaLoss.Fail };", text, StringComparison.Ordinal);
        Assert.Contains("new() { OnReplicaLoss = global::MonotonicReads.ReplicaLoss.Fail, Reads = 7 };", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_causal_override_is_planned_and_a_primary_one_is_not()
    {
        var text = Run([Lines], "M:Shop.Lines.Get(System.Int32) = 2\nM:Shop.Lines.Tight = 2").AssertAllWrapped().Text;
        Assert.Equal(1, Count(text, ", Reads2)"));
        Assert.Contains("ReadConsistency.Primary)", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[Monotonic] public class Repo<T> : IGet<T> { public T Get(T id) => id; }", "M:Shop.Repo`1.Get(`0) = 2")]
    [InlineData(
        "[Monotonic] public class Repo : IGet<int> { int IGet<int>.Get(int id) => id; }",
        "M:Shop.Repo.Shop#IGet{System#Int32}#Get(System.Int32) = 2"
    )]
    [InlineData(
        "public class Base<T> { [Monotonic] public virtual T Get(T id) => id; } sealed class Heir : Base<int>, IGet<int> { }",
        "M:Shop.Base`1.Get(`0) = 2"
    )]
    [InlineData(
        "public class Outer { [Monotonic] public class Repo : IGet<int> { public int Get(int id) => id; } }",
        "M:Shop.Outer.Repo.Get(System.Int32) = 2"
    )]
    [InlineData(
        "[Monotonic] public partial class Repo : IGet<int> { public partial int Get(int id); } partial class Repo { public partial int Get(int id) => id; }",
        "M:Shop.Repo.Get(System.Int32) = 2"
    )]
    [InlineData("public class Repo : IMany { public T[] Get<T>(T id) => new[] { id }; }", "M:Shop.Repo.Get``1(``0) = 2")]
    public void Each_kind_of_member_has_a_name(string source, string file)
    {
        var run = Run(
            [
                "using MonotonicReads; namespace Shop; public interface IGet<T> { T Get(T id); } [Monotonic] public interface IMany { T[] Get<T>(T id); } "
                    + source,
            ],
            file
        );
        run.AssertAllWrapped();
        Assert.All(run.Files.Values, static text => Assert.Equal(1, Count(text, ", Reads2)")));
    }

    [Fact]
    public void A_changed_line_rewrites_the_wrapper_of_its_member_alone()
    {
        var before = new InMemory("M:Shop.Orders.Count = 3\nM:Shop.Lines.Get(System.Int32) = 2\n");
        var run = GeneratorRun.Of(Compilations.Of(Orders, Lines), before);
        var comment = new InMemory("# why\nM:Shop.Lines.Get(System.Int32) = 2\nM:Shop.Orders.Count = 3\n");
        var same = run.Again(before, comment);
        Assert.Equal([IncrementalStepRunReason.Unchanged], same.Reasons(TrackingNames.PlannedReads));
        Assert.All(same.Reasons(TrackingNames.Plans), static r => Assert.Equal(IncrementalStepRunReason.Cached, r));

        var changed = same.Again(comment, new InMemory("M:Shop.Orders.Count = 4\nM:Shop.Lines.Get(System.Int32) = 2\nM:Shop.Gone = 2\n"));
        Assert.Equal([IncrementalStepRunReason.Modified, IncrementalStepRunReason.Unchanged], changed.Reasons(TrackingNames.Plans).Order());
        Assert.All(changed.Reasons(TrackingNames.Candidates), static r => Assert.Equal(IncrementalStepRunReason.Cached, r));
        Assert.Contains("Reads4", changed.Files["Shop.Orders.g.cs"], StringComparison.Ordinal);
        Assert.Equal(run.Files["Shop.Lines.g.cs"], changed.Files["Shop.Lines.g.cs"]);
    }

    [Fact]
    public void Whatever_was_remembered_the_files_are_those_of_a_fresh_run()
    {
        string[] states =
        [
            "",
            "M:Shop.Orders.Count = 3",
            "M:Shop.Orders.Count = 4",
            "M:Shop.Orders.Count = 4\nM:Shop.Lines.Get(System.Int32) = 2",
            "M:Shop.Lines.Get(System.Int32) = 2",
            "",
        ];
        var now = new InMemory(states[0]);
        var run = GeneratorRun.Of(Compilations.Of(Orders, Lines), now);
        foreach (var state in states.Concat(states.Reverse()))
        {
            var next = new InMemory(state);
            run = run.Again(now, next);
            now = next;
            Assert.Equal(Run([Orders, Lines], state).Files, run.Files);
        }
    }

    [Fact]
    public void Only_a_file_of_that_name_is_read()
    {
        var other = GeneratorRun.Of(Compilations.Of(Orders), new InMemory("M:Shop.Orders.Count = 3", "/src/Other.Plans.txt"));
        Assert.DoesNotContain("Reads", other.Text.Replace("MonotonicReads", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var two = GeneratorRun.Of(
            Compilations.Of(Orders),
            new InMemory("M:Shop.Orders.Count = 3", "/src/A/monotonicreads.plans.txt"),
            new InMemory("M:Shop.Orders.Count = 5\nM:Shop.Orders.PageAsync(System.Int32) = 5", "/src/B/MonotonicReads.Plans.txt")
        );
        Assert.Contains("Reads = 3 }", two.Text, StringComparison.Ordinal);
        Assert.Equal(1, Count(two.Text, ", Reads5)"));
    }

    private static GeneratorRun Run(string[] sources, string file) => GeneratorRun.Of(Compilations.Of(sources), new InMemory(file));

    private static int Count(string text, string part) => text.Split(part).Length - 1;

    private sealed class InMemory(string content, string path = "/src/MonotonicReads.Plans.txt") : AdditionalText
    {
        public override string Path => path;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(content);
    }
}
