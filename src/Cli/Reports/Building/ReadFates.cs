using System.Collections.Immutable;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Inventory;

namespace MonotonicReads.Cli.Reports.Building;

/// <summary>
/// What can become of each place that reads. A place stays on the primary for what it is or where it runs; otherwise what the findings that
/// come to it need decides, the most demanding of them; one that none comes to is free.
/// </summary>
internal sealed class ReadFates
{
    private readonly Dictionary<(int Method, int Site), ReadFate> _needs = [];

    public ReadFates(IReadOnlyList<ReportUnit> units, ReadReach reach)
    {
        foreach (var unit in units)
        {
            foreach (var finding in unit.Findings)
            {
                foreach (var meeting in finding.Meetings)
                {
                    var need = NeedOf(finding);
                    Ask(reach, unit.Method, meeting.Later, need);
                    // What comes before is a write, or a read that may be answered by anyone.
                    Ask(reach, unit.Method, meeting.Earlier, need == ReadFate.NeedsCausal ? ReadFate.Alone : need);
                }
            }
        }
    }

    public ReadFate Of(int method, int site, SurveyedSite surveyed, UnitDeclaration? declared) =>
        surveyed.ReadsOn switch
        {
            ReadPlace.Statement => ReadFate.PrimaryStatement,
            ReadPlace.Connection => ReadFate.PrimaryConnection,
            ReadPlace.Transaction => ReadFate.InTransaction,
            ReadPlace.Session => ReadFate.DeclaredPrimary,
            _ when declared?.Level == UnitState.Primary => ReadFate.DeclaredPrimary,
            _ when _needs.TryGetValue((method, site), out var need) && need > ReadFate.Settled => need,
            _ when declared is not null => ReadFate.Settled,
            _ => _needs.GetValueOrDefault((method, site)),
        };

    private static ReadFate NeedOf(ReportFinding finding) =>
        finding.State > ReportState.Suppressed ? ReadFate.Settled
        : finding.Rule == "MR1003" ? ReadFate.NeedsCausal
        : ReadFate.NeedsMonotonic;

    private void Ask(ReadReach reach, int method, int site, ReadFate need)
    {
        foreach (var statement in reach.StatementsAt(method, site))
        {
            if (need > _needs.GetValueOrDefault(statement))
            {
                _needs[statement] = need;
            }
        }
    }
}
