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
        File.WriteAllLines("/tmp/w/d2/units.txt", ShapesProgram.Static.Methods.Select(m => m.Key + "   " + m.Name + "   " + m.Extent));
        foreach (var (run, unit) in Shapes.Units)
        {
            var confirmed = Confirmed(await program.RunAsync(run));
            if (confirmed is not [var one] || !one.StartsWith(unit, StringComparison.Ordinal))
            {
                wrong.Add($"{run}: {unit} and not {string.Join(" and ", confirmed)}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    private static List<string> Confirmed(Report report) =>
        [.. report.Runtime!.Findings.Where(static f => f.Seen is not null).Select(f => report.Units[f.Unit].Name).Distinct()];
}
