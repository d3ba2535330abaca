using System.CommandLine;
using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Explaining;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Reports;
using MonotonicReads.Cli.Reports.Building;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Commands;

/// <summary><c>explain MR1001 [FILE:LINE [SOLUTION]]</c>.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var rule = new Argument<string>("RULE") { Description = "The rule's id, such as MR1001." };
        var place = new Argument<string?>("FILE:LINE")
        {
            Description = "Where it is reported, or where one of its reads stands. Without it the rule's page is shown.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var solution = new SolutionOptions();
        var command = new Command("explain", "Why a rule reports a place, through which calls, and what settles it.") { rule, place };
        solution.AddTo(command);
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var id = KnownRule(parsed.GetValue(rule)!);
                if (parsed.GetValue(place) is not { } written)
                {
                    await terminal.Output.WriteAsync(RulePage.Text(id).AsMemory(), cancellation);
                    return ExitCodes.Fine;
                }

                if (!ReportedRules.All.Any(r => r.Id == id))
                {
                    throw CliException.WrongUsage(
                        $"Only {string.Join(", ", ReportedRules.All.Select(static r => r.Id))} are explained at a place. "
                            + $"The rule itself: explain {id}."
                    );
                }

                var at = SourcePlace.Parse(written);
                var request = solution.Of(parsed);
                using var analyzed = await AnalyzedSolution.OpenAsync(
                    request with
                    {
                        Solution = request.Solution ?? ProjectAbove(at, terminal),
                    },
                    OurAnalyzers.OfReads,
                    terminal,
                    cancellation
                );
                var report = await SolutionReport.OfAsync(analyzed, created: null, terminal, cancellation);
                await ExplainAsync(id, at, written, report, analyzed, terminal, cancellation);
                return ExitCodes.Fine;
            }
        );
        return command;
    }

    private static async Task ExplainAsync(
        string rule,
        SourcePlace at,
        string written,
        Report report,
        AnalyzedSolution analyzed,
        Terminal terminal,
        CancellationToken cancellation
    )
    {
        var search = FindingSearch.In(report, rule, at, terminal.WorkingDirectory);
        if (search.Exact.Count == 0)
        {
            throw CliException.WrongUsage(
                search.Nearest.Count == 0
                    ? $"Nothing meets in {at.File}, as far as {report.Solution} knows it."
                    : $"There is no {rule} at {written}. In that file are:\n"
                        + string.Join(
                            "\n",
                            search.Nearest.Select(n => $"  {n.Finding.Rule} {n.Finding.Place} {n.Unit.Name}, {Words.Of(n.Finding.State)}")
                        )
            );
        }

        for (var i = 0; i < search.Exact.Count; i++)
        {
            var (unit, finding) = search.Exact[i];
            if (i > 0)
            {
                await terminal.Output.WriteLineAsync();
            }

            var fixes = DiagnosticOf(finding, report, analyzed) is ({ } project, { } diagnostic)
                ? await OfferedFixes.ForAsync(project, diagnostic, cancellation)
                : [];
            FindingExplanation.Write(terminal.Results, report, unit, finding, fixes);
        }
    }

    /// <summary>The report itself, which the fixes want.</summary>
    private static (AnalyzedProject?, Diagnostic?) DiagnosticOf(ReportFinding finding, Report report, AnalyzedSolution analyzed)
    {
        var file = Path.GetFullPath(Path.Combine(report.Root, finding.Place.File));
        foreach (var project in analyzed.Projects)
        {
            var found = project.Findings.FirstOrDefault(f =>
                f.Rule == finding.Rule
                && f.Diagnostic.Location.GetLineSpan() is var span
                && Path.GetFullPath(span.Path) == file
                && span.StartLinePosition.Line + 1 == finding.Place.Line
                && span.StartLinePosition.Character + 1 == finding.Place.Column
            );
            if (found is not null)
            {
                return (project, found.Diagnostic);
            }
        }

        return (null, null);
    }

    private static string KnownRule(string written)
    {
        var id = written.ToUpperInvariant();
        return RulePage.Rules.Contains(id)
            ? id
            : throw CliException.WrongUsage($"There is no rule {written}. The rules are {string.Join(", ", RulePage.Rules)}.");
    }

    /// <summary>A project alone loads faster than its solution, and calls into other projects are not followed in any case.</summary>
    private static string? ProjectAbove(SourcePlace at, Terminal terminal)
    {
        var file = Path.GetFullPath(Path.Combine(terminal.WorkingDirectory, at.File));
        for (
            var folder = File.Exists(file) ? Path.GetDirectoryName(file) : null;
            folder is not null;
            folder = Path.GetDirectoryName(folder)
        )
        {
            var projects = Directory.GetFiles(folder, "*.csproj");
            if (projects.Length > 0)
            {
                return projects.Length == 1 ? projects[0] : null;
            }
        }

        return null;
    }
}
