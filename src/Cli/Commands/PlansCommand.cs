using System.CommandLine;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Plans;

namespace MonotonicReads.Cli.Commands;

/// <summary><c>plans SOLUTION [--check|--update]</c>.</summary>
internal static class PlansCommand
{
    public static Command Create(Terminal terminal)
    {
        var solution = new SolutionOptions();
        var check = new Option<bool>("--check") { Description = "Write nothing; exit 1 where a plan is missing, wrong or not understood." };
        var update = new Option<bool>("--update") { Description = "Mend and remove lines that are wrong; never add." };
        var json = SharedOptions.Json();
        var command = new Command(
            "plans",
            "Keep MonotonicReads.Plans.txt for each project with annotated series: how many reads a call is proved to make."
        )
        {
            check,
            update,
        };
        solution.AddTo(command);
        command.Options.Add(json);
        command.Validators.Add(result =>
        {
            if (result.GetValue(check) && result.GetValue(update))
            {
                result.AddError("--check writes nothing and --update does: give one of them.");
            }
        });
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var mode =
                    parsed.GetValue(check) ? PlansMode.Check
                    : parsed.GetValue(update) ? PlansMode.Update
                    : PlansMode.Write;
                using var analyzed = await AnalyzedSolution.OpenAsync(solution.Of(parsed), OurAnalyzers.OfReads, terminal, cancellation);
                var files = await PlansRun.RunAsync(analyzed, mode, cancellation);
                var exitCode = files.All(f => f.IsFine(mode)) ? ExitCodes.Fine : ExitCodes.Found;
                if (parsed.GetValue(json))
                {
                    PlansText.WriteJson(files, mode, analyzed, exitCode, terminal);
                }
                else
                {
                    PlansText.Write(files, mode, terminal);
                }

                return exitCode;
            }
        );
        return command;
    }
}
