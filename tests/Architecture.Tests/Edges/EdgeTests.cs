using Microsoft.CodeAnalysis;
using MonotonicReads.Architecture.Tests.Habits;
using MonotonicReads.Architecture.Tests.Sources;

namespace MonotonicReads.Architecture.Tests.Edges;

/// <summary>The rooms of the product use each other as <see cref="AllowedUses"/> says, and never in a circle.</summary>
public class EdgeTests
{
    internal const string NoCycle = "no cycle";
    internal const string UsePastTheTable = "use past the table";

    public static TheoryData<string> Assemblies => [.. AllowedUses.Assemblies.Select(a => a.Name)];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void The_sources_compile_here_or_uses_would_be_missed(string assembly)
    {
        Assert.True(Product.Files[assembly].Length > 4);
        // CS8795: what a generator of the build writes.
        var errors = Product.Compile(assembly).GetDiagnostics().Where(d => d.Severity == DiagnosticSeverity.Error && d.Id != "CS8795");
        Assert.Empty(errors);
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Rooms_use_what_the_table_allows(string assembly)
    {
        var actual = Actual(assembly);
        var differences = Table(assembly).Differences(actual).ToList();
        Assert.True(
            differences.Count == 0,
            $"{string.Join('\n', differences)}\n\nThe table of {assembly} as it is:\n{RoomTable.Print(actual)}"
        );
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_room_stands_on_one_that_stands_on_it(string assembly)
    {
        var table = Table(assembly);
        var exemptions = Exemptions.From(NoCycle).Where(e => e.Where.StartsWith(assembly + ":", StringComparison.Ordinal)).ToList();
        Assert.Empty(Exemption.Judge(Cycles(assembly, table.Rooms, table.UsedBy), exemptions));
    }

    /// <summary>A single use that nothing else can be done about stands in the list by its file and type, so that it hides no other.</summary>
    [Fact]
    public void A_use_past_the_table_is_one_of_the_list()
    {
        var found = AllowedUses.Assemblies.SelectMany(a => Actual(a.Name).Excused);
        var findings = found.Select(use => new Finding(UsePastTheTable, use.Key, use.Value, "used past the table")).ToList();
        Assert.Empty(Exemption.Judge(findings, Exemptions.From(UsePastTheTable)));
    }

    internal static IReadOnlyList<Finding> Cycles(string assembly, IEnumerable<string> rooms, Func<string, IEnumerable<string>> used) =>
        [
            .. Layers
                .Knots(rooms, used)
                .Where(k => k.Length > 1)
                .Select(k => new Finding(NoCycle, $"{assembly}: {string.Join(", ", k)}", k.Length, "each of them stands on the others")),
        ];

    internal static RoomTable Table(string assembly) => RoomTable.Parse(AllowedUses.Assemblies.Single(a => a.Name == assembly).Uses);

    private static RoomUses Actual(string name)
    {
        var below = AllowedUses.Assemblies.Single(a => a.Name == name).References;
        // What two of them compile is not seen twice.
        var others = below
            .SelectMany(b => Product.Files[b].Select(f => (f.Path, Room: $"{b}/{f.Room}")))
            .DistinctBy(f => f.Path)
            .ToDictionary();
        return RoomUses.Of(
            Product.Compile(name),
            Product.Files[name],
            others.GetValueOrDefault,
            Exemptions.From(UsePastTheTable).Select(e => e.Where).ToHashSet()
        );
    }
}
