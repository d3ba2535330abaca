using Spectre.Console;

namespace MonotonicReads.Cli.Output;

/// <summary>How far a command is: a bar on a terminal, otherwise a line for each step.</summary>
internal sealed class Progress
{
    private readonly Action<string, int, int> _show;

    private Progress(Action<string, int, int> show) => _show = show;

    /// <summary>Runs work that tells how far it is.</summary>
    public static async Task<T> RunAsync<T>(Terminal terminal, Func<Progress, Task<T>> work)
    {
        if (!terminal.ShowsProgressBar)
        {
            return await work(new Progress((step, done, total) => terminal.Error.WriteLine(total > 0 ? $"[{done}/{total}] {step}" : step)));
        }

        return await terminal
            .Messages.Progress()
            .AutoClear(true)
            .Columns(
                new SpinnerColumn(),
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new ElapsedTimeColumn()
            )
            .StartAsync(async context =>
            {
                var bar = context.AddTask("…", maxValue: 1);
                bar.IsIndeterminate = true;
                return await work(
                    new Progress(
                        (step, done, total) =>
                        {
                            bar.Description = Markup.Escape(step);
                            bar.IsIndeterminate = total == 0;
                            bar.MaxValue = Math.Max(total, 1);
                            bar.Value = done;
                        }
                    )
                );
            });
    }

    /// <summary>What is being done now, of a length that is not known.</summary>
    public void Step(string step) => _show(step, 0, 0);

    /// <summary>What is being done now, as one of several.</summary>
    public void Step(string step, int number, int total) => _show(step, number, total);
}
