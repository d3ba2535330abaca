using System.CommandLine;
using MonotonicReads.Cli.Baselines;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Commands;

/// <summary><c>baseline SOLUTION [--check|--update [--accept-new]]</c>.</summary>
internal static class BaselineCommand
{
    public static Command Create(Terminal terminal)
    {
        var solution = new SolutionOptions();
        var check = new Option<bool>("--check")
        {
            Description = "Write nothing; exit 1 where a line is stale or not understood, or findings are new.",
        };
        var update = new Option<bool>("--update") { Description = "Remove lines whose finding does not occur any more; never add." };
        var accept = new Option<bool>("--accept-new") { Description = "With --update: add what is new." };
        var json = SharedOptions.Json();
        var command = new Command(
            "baseline",
            "Write MonotonicReads.Baseline.txt for each project with findings, shrink it, or check it in a build."
        )
        {
            check,
            update,
            accept,
        };
        solution.AddTo(command);
        command.Options.Add(json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(check) && result.GetValue(update))
            {
                result.AddError("--check writes nothing and --update does: give one of them.");
            }
            else if (result.GetValue(accept) && !result.GetValue(update))
            {
                result.AddError("--accept-new goes with --update.");
            }
        });
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var mode =
                    parsed.GetValue(check) ? BaselineMode.Check
                    : parsed.GetValue(accept) ? BaselineMode.Accept
                    : parsed.GetValue(update) ? BaselineMode.Update
                    : BaselineMode.Write;
                using var analyzed = await AnalyzedSolution.OpenAsync(solution.Of(parsed), OurAnalyzers.OfReads, terminal, cancellation);
                var changes = await BaselineRun.RunAsync(analyzed, mode, terminal, cancellation);
                var exitCode = changes.All(static c => c.IsFine) ? ExitCodes.Fine : ExitCodes.Found;
                if (parsed.GetValue(json))
                {
                    BaselineJson.Write(changes, mode, analyzed, exitCode, terminal);
                }
                else
                {
                    BaselineText.Write(changes, mode, analyzed, terminal);
                }

                return exitCode;
            }
        );
        return command;
    }
}
