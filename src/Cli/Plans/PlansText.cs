using System.Collections.Immutable;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Plans;

/// <summary>What a run did, for people and for programs.</summary>
internal static class PlansText
{
    public static void Write(ImmutableArray<WrittenPlans> files, PlansMode mode, Terminal terminal)
    {
        foreach (var file in files)
        {
            var path = terminal.Shown(file.State.Path);
            foreach (var (line, text) in file.State.NotUnderstood)
            {
                terminal.Output.WriteLine($"{path}:{line}: not understood: {text}");
            }

            foreach (var change in file.Left.Where(c => mode != PlansMode.Update || !c.IsNew))
            {
                var kind =
                    change.IsNew ? "not planned"
                    : change.After is null || !change.IsMended ? "to be removed"
                    : "to be mended";
                terminal.Output.WriteLine(
                    $"{terminal.Shown(change.Place.Path)}:{change.Place.StartLinePosition.Line + 1}: {kind}: {change.Why}"
                );
            }

            terminal.Output.WriteLine($"{path}: {Told(file)}");
        }

        terminal.Output.WriteLine(
            files.IsEmpty ? "Nothing is proved of any series: no plan is needed."
            : files.All(f => f.IsFine(mode)) ? "Fine: the plans say what is proved."
            : mode == PlansMode.Check ? "The plans differ from what is proved: run it without --check."
            : "Mend or remove the lines that are not understood."
        );
    }

    public static void WriteJson(
        ImmutableArray<WrittenPlans> files,
        PlansMode mode,
        AnalyzedSolution solution,
        int exitCode,
        Terminal terminal
    ) =>
        JsonResult.Write(
            terminal,
            new
            {
                Solution = JsonResult.PathOf(solution.Path, terminal),
                Mode = mode,
                ExitCode = exitCode,
                Plans = files.Select(file => new
                {
                    Path = JsonResult.PathOf(file.State.Path, terminal),
                    Projects = file.State.Projects.Select(p => JsonResult.PathOf(p.FilePath, terminal)).Distinct(),
                    Lines = LinesOf(file),
                    file.Added,
                    file.Mended,
                    file.Removed,
                    file.State.Unseen,
                    NotUnderstood = file.State.NotUnderstood.Select(static l => new { l.Line, l.Text }),
                    Left = file.Left.Select(static c => new
                    {
                        c.Member,
                        c.Before,
                        c.After,
                        c.Why,
                    }),
                }),
            }
        );

    private static string Told(WrittenPlans file)
    {
        string[] parts =
        [
            .. file.Added > 0 ? [$"{Lines(file.Added)} added"] : Array.Empty<string>(),
            .. file.Mended > 0 ? [$"{Lines(file.Mended)} mended"] : Array.Empty<string>(),
            .. file.Removed > 0 ? [$"{Lines(file.Removed)} removed"] : Array.Empty<string>(),
            file.State.Text is null && file.Added == 0 ? "not there" : $"{Lines(LinesOf(file))} in all",
            .. file.State.Unseen is { } unseen ? [$"nothing is removed as gone, since {unseen}"] : Array.Empty<string>(),
        ];
        return string.Join(", ", parts);
    }

    private static int LinesOf(WrittenPlans file) => file.State.Planned + file.Added - file.Removed;

    private static string Lines(int count) => count == 1 ? "1 line" : $"{count} lines";
}
