using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Tests.Watched;

/// <summary>
/// What the detector calls a method that really ran is what the report calls its unit: each shape runs alone, and confirms that unit and
/// no other.
/// </summary>
public sealed class NamesTests
{
    [Theory]
    [InlineData(OptimizationLevel.Debug)]
    [InlineData(OptimizationLevel.Release)]
    public async Task Each_shape_confirms_its_unit_and_no_other(OptimizationLevel level)
    {
        using var program = new ShapesProgram(level, hasSymbols: true);
        var wrong = new List<string>();
        foreach (var (run, unit) in Shapes.Units)
        {
            var confirmed = Confirmed(await program.RunAsync(run));
            if (confirmed is not [var one] || !one.StartsWith(unit, StringComparison.Ordinal))
            {
                wrong.Add($"{run}: {unit} and not {string.Join(" and ", confirmed)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [InlineData(OptimizationLevel.Debug)]
    [InlineData(OptimizationLevel.Release)]
    public async Task A_handler_confirms_itself_and_none_of_its_neighbours(OptimizationLevel level)
    {
        using var program = new ShapesProgram(level, hasSymbols: true);

        Assert.Equal(["GET /first"], Confirmed(ShapesProgram.Joined(await program.RequestAsync("/first"))));
        Assert.Equal(["GET /second"], Confirmed(ShapesProgram.Joined(await program.RequestAsync("/second"))));
        Assert.Equal(["POST /fourth"], Confirmed(ShapesProgram.Joined(await program.RequestAsync("/fourth"))));
    }

    [Fact]
    public async Task Without_symbols_it_is_one_of_several()
    {
        using var program = new ShapesProgram(OptimizationLevel.Debug, hasSymbols: false);

        var joined = ShapesProgram.Joined(await program.RequestAsync("/second"));

        Assert.Empty(Confirmed(joined));
        Assert.Empty(joined.Runtime!.Unforeseen);
        var because = joined.Runtime.Findings.Single(f => joined.Units[f.Unit].Name == "GET /second").Because;
        Assert.Matches(
            @"^one of \d in Program\..Main.\$ formed a series: which of them the program's symbols \(\.pdb\) do not tell$",
            because
        );
        // What no other is called like needs none.
        Assert.Equal(["Plain.Lambda(int)"], Confirmed(await program.RunAsync("Lambda")));
        // The member that runs its lambda is on the stack too.
        Assert.Equal(["Plain.Arity<T>(int)"], Confirmed(await program.RunAsync("Arity1")));
    }

    private static List<string> Confirmed(Report report) =>
        [.. report.Runtime!.Findings.Where(static f => f.Seen is not null).Select(f => report.Units[f.Unit].Name).Distinct()];
}
