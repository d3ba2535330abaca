using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Analyzer.Tests.Inventory;

/// <summary>What a survey calls open is what the analyzer reports, in every text that these tests look at.</summary>
internal static class SurveyAgreement
{
    private static readonly string[] Rules = ["MR1001", "MR1002", "MR1003", "MR1012"];

    public static void Verify(Compilation compilation, AnalyzerOptions options, IEnumerable<Diagnostic> reported)
    {
        var survey = CompilationSurvey.Of(compilation, options, CancellationToken.None);
        Assert.Empty(survey.Failures);
        Assert.Equal(
            reported
                .Where(static d => Rules.Contains(d.Id) && !d.IsSuppressed)
                .Select(static d => Line(d.Id, CodePlace.Of(d.Location)!, d.GetMessage(CultureInfo.InvariantCulture)))
                .Order(StringComparer.Ordinal),
            Open(survey).Select(static f => Line(f.Rule, f.Place, f.Message)).Order(StringComparer.Ordinal)
        );
        foreach (var (unit, finding) in survey.Units.SelectMany(static u => u.Findings.Select(f => (u, f))))
        {
            var method = Assert.Single(survey.Methods, m => m.Key == unit.Key);
            Assert.NotEmpty(finding.Meetings);
            Assert.All(finding.Meetings, m => Assert.True(method.Sites[m.Later].Reads));
            Assert.All(finding.Meetings, m => Assert.True(method.Sites[m.Earlier].Reads || method.Sites[m.Earlier].Writes));
            Assert.True(
                finding.State == UnitState.Open
                    || finding.Because is not null
                    || finding.State is UnitState.Baselined or UnitState.Suppressed
            );
        }
    }

    private static IEnumerable<SurveyedFinding> Open(CompilationSurvey survey) =>
        survey.Units.SelectMany(static u => u.Findings).Where(static f => f.State == UnitState.Open);

    private static string Line(string rule, CodePlace place, string message) =>
        $"{rule} {place.Path}:{place.Line}:{place.Column} {message}";
}
