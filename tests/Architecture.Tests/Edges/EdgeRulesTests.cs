using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Edges;

/// <summary>Each rule about rooms, seen to catch what it is for.</summary>
public class EdgeRulesTests
{
    private const string Lower =
        "namespace Own.Lower { class Value { public const int One = 1; } "
        + "static class Extensions { public static int Twice(this int n) => 2 * n; } }";

    [Theory]
    [InlineData("class User { Own.Lower.Value? value; }")]
    [InlineData("class User : Own.Lower.Value { }")]
    [InlineData("class User { int constant = Own.Lower.Value.One; }")]
    [InlineData("class User { string name = nameof(Own.Lower.Value); }")]
    [InlineData("class User { void Use(Lower.Value v) { Lower.Value other = new(); } }")]
    [InlineData("class User { object all = new System.Collections.Generic.List<Own.Lower.Value>(); }")]
    [InlineData("class Outer { class Inner { int Use() { return System.Linq.Enumerable.Sum([1], x => Own.Lower.Value.One); } } }")]
    [InlineData("[System.Obsolete(nameof(Own.Lower.Value))] class User { }")]
    [InlineData("using Own.Lower; class User { int two = 1.Twice(); }")]
    public void A_use_is_seen(string type)
    {
        var usings = type.StartsWith("using", StringComparison.Ordinal) ? type[..(type.IndexOf(';') + 1)] : "";
        var uses = Uses(("Upper/User.cs", $"{usings} namespace Own.Upper {{ {type[usings.Length..]} }}"), ("Lower/Value.cs", Lower));
        Assert.Equal([("Upper", "Lower")], uses.Pairs);
    }

    [Fact]
    public void What_is_not_used_is_no_use()
    {
        var uses = Uses(
            ("Upper/User.cs", "using Own.Lower; namespace Own.Upper { /* Value */ class User { string Value = \"Value\"; } }"),
            ("Lower/Value.cs", Lower)
        );
        Assert.Empty(uses.Pairs);
    }

    [Fact]
    public void A_room_is_the_folder_where_the_namespace_is_one_for_all()
    {
        var uses = Uses(
            ("Upper/User.cs", "namespace Own; class User { Value? value; }"),
            ("Lower/Value.cs", "namespace Own; class Value;")
        );
        Assert.Equal([("Upper", "Lower")], uses.Pairs);
        Assert.StartsWith("src/Own/Upper/User.cs(1): Value", uses.Example("Upper", "Lower"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_partial_type_is_where_the_file_with_its_name_is()
    {
        var uses = Uses(
            ("Upper/User.cs", "class User { Value? value; }"),
            ("Lower/Value.cs", "partial class Value;"),
            ("Another/Value.Parts.cs", "partial class Value;")
        );
        Assert.Equal([("Upper", "Lower")], uses.Pairs);
    }

    [Fact]
    public void A_room_of_the_assembly_below_bears_its_name()
    {
        var below = SourceFile.Parse("src/Below/Lower/Value.cs", "src/Below", "namespace Below; class Value;");
        var user = SourceFile.Parse("src/Own/Upper/User.cs", "src/Own", "class User { Below.Value? value; }");
        var reference = Product.Compile("Below", [below], ["Own"]).ToMetadataReference();
        var compilation = Product.Compile("Own", [user], [], (Microsoft.CodeAnalysis.CompilationReference)reference);
        var uses = RoomUses.Of(compilation, [user], path => path == below.Path ? "Below/" + below.Room : null);
        Assert.Equal([("Upper", "Below/Lower")], uses.Pairs);
    }

    [Theory]
    [InlineData("Upper -> Lower\nLower -> nothing", null)]
    [InlineData("Upper -> Lower", "Lower has no line in the table")]
    [InlineData("Upper -> Lower\nLower -> nothing\nGone -> nothing", "Gone has a line in the table and no file")]
    [InlineData("Upper -> nothing\nLower -> nothing", "Upper -> Lower is not allowed: src/Own/Upper/User.cs(1): Value")]
    [InlineData("Upper -> Lower\nLower -> Upper", "Lower -> Upper is allowed and never used")]
    public void The_table_says_what_is_done(string table, string? difference)
    {
        var uses = Uses(("Upper/User.cs", "class User { Value? value; }"), ("Lower/Value.cs", "class Value;"));
        Assert.Equal(difference is null ? [] : [difference], RoomTable.Parse(table).Differences(uses));
    }

    [Fact]
    public void A_printed_table_allows_what_is_done_from_above_down()
    {
        var uses = Uses(
            ("A/Leaf.cs", "class Leaf;"),
            ("B/Top.cs", "class Top { Middle? m; Leaf? l; }"),
            ("C/Middle.cs", "class Middle { Leaf? l; }")
        );
        var text = RoomTable.Print(uses);
        Assert.Equal("B -> A, C\nC -> A\nA -> nothing\n", text);
        Assert.Empty(RoomTable.Parse(text).Differences(uses));
    }

    [Theory]
    [InlineData("Upper = Lower")]
    [InlineData("Upper ->")]
    [InlineData("Upper -> Lower\nUpper -> nothing")]
    public void A_line_that_says_nothing_is_no_table(string table) => Assert.Throws<FormatException>(() => RoomTable.Parse(table));

    [Theory]
    [InlineData("A -> B\nB -> C\nC -> nothing", null)]
    [InlineData("A -> B\nB -> A", "Own: A, B")]
    [InlineData("Top -> A\nA -> B\nB -> C\nC -> A, Leaf\nLeaf -> nothing", "Own: A, B, C")]
    public void A_circle_is_found(string table, string? cycle)
    {
        var parsed = RoomTable.Parse(table);
        var found = EdgeTests.Cycles("Own", parsed.Rooms, parsed.UsedBy).Select(f => f.Where);
        Assert.Equal(cycle is null ? [] : [cycle], found);
    }

    private static RoomUses Uses(params (string Path, string Text)[] files)
    {
        var parsed = files.Select(f => SourceFile.Parse("src/Own/" + f.Path, "src/Own", f.Text)).ToList();
        var compilation = Product.Compile("Own", parsed, []);
        Assert.DoesNotContain(compilation.GetDiagnostics(), d => d.Severity == Microsoft.CodeAnalysis.DiagnosticSeverity.Error);
        return RoomUses.Of(compilation, parsed, _ => null);
    }
}
