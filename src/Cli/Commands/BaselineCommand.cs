using System.CommandLine;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Commands;

/// <summary><c>baseline SOLUTION [--check|--update]</c>.</summary>
internal static class BaselineCommand
{
    public static Command Create(Terminal terminal)
    {
        var solution = SharedOptions.Solution();
        var json = SharedOptions.Json();
        var ignoreErrors = SharedOptions.IgnoreErrors();
        var command = new Command("baseline", "Write, shrink or check MonotonicReads.Baseline.txt of each project.")
        {
            solution,
            json,
            ignoreErrors,
        };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                using var analyzed = await AnalyzedSolution.OpenAsync(
                    parsed.GetValue(solution),
                    OurAnalyzers.OfReads,
                    parsed.GetValue(ignoreErrors),
                    terminal,
                    cancellation
                );
                foreach (var finding in analyzed.Projects.SelectMany(static p => p.Findings))
                {
                    await terminal.Output.WriteLineAsync($"{finding.State} {finding.Member} {finding.Diagnostic}");
                }

                return ExitCodes.Fine;
            }
        );
        return command;
    }
}
