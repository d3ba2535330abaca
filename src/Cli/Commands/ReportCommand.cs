using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Text;
using MonotonicReads.Cli.Loading;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Reports;
using MonotonicReads.Cli.Reports.Building;
using MonotonicReads.Cli.Reports.Model;
using MonotonicReads.Cli.Watched;

namespace MonotonicReads.Cli.Commands;

/// <summary><c>report SOLUTION [--html FILE] [--sarif FILE] [--md FILE] [--json FILE] [--runtime FILE]</c>.</summary>
internal static class ReportCommand
{
    /// <summary>What a file would not be if it were a report: <c>report --json Shop.sln</c> means the solution.</summary>
    private static readonly string[] Sources = [".sln", ".slnx", ".slnf", ".csproj", ".cs", ".props", ".targets", ".editorconfig", ".txt"];

    private static string ToolVersion { get; } =
        typeof(ReportCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public static Command Create(Terminal terminal)
    {
        var solution = new SolutionOptions();
        var stamp = new Option<bool>("--stamp")
        {
            Description = "Say in the report when it was made. Without it the same sources give the same bytes.",
        };
        (Option<string?> Option, Func<Report, string> Render)[] outputs =
        [
            (Output("--html", "One page that needs nothing besides."), HtmlReport.Render),
            (Output("--sarif", "SARIF 2.1.0, what is settled or baselined as suppressed."), static r => SarifReport.Render(r, ToolVersion)),
            (Output("--md", "Short, for the comment on a pull request."), MarkdownReport.Render),
            (Output("--json", "All of it as data; docs/reports.md has its shape."), static r => JsonReport.Render(r)),
        ];
        var runtime = new Option<string[]>("--runtime")
        {
            Description =
                "Join it with what the series detector of the running program wrote: which findings are confirmed, which are only "
                + "static, and what was found only at run time. May be given more than once.",
            HelpName = "FILE",
        };
        var command = new Command("report", "Show every method in which reads meet, settled or not; without an output a summary.")
        {
            stamp,
            runtime,
        };
        solution.AddTo(command);
        foreach (var output in outputs)
        {
            command.Options.Add(output.Option);
        }

        command.SetAction(
            async (parsed, cancellation) =>
            {
                var wanted = outputs
                    .Where(o => parsed.GetResult(o.Option) is not null)
                    .Select(o => (o.Option.Name, File: FileOf(o.Option.Name, parsed.GetValue(o.Option), terminal), o.Render))
                    .ToList();
                if (wanted.Count(static w => w.File is null) > 1)
                {
                    throw CliException.WrongUsage("Only one report can go to standard output: give the others a file.");
                }

                // Before anything is loaded: a wrong file is told at once.
                var log = parsed.GetValue(runtime) is { Length: > 0 } seen
                    ? RuntimeLog.Read(seen.Select(f => Path.GetFullPath(Path.Combine(terminal.WorkingDirectory, f))), terminal.Shown)
                    : null;
                foreach (var warning in log?.Warnings ?? [])
                {
                    await terminal.Error.WriteLineAsync(warning.AsMemory(), cancellation);
                }

                using var analyzed = await AnalyzedSolution.OpenAsync(solution.Of(parsed), OurAnalyzers.OfReads, terminal, cancellation);
                var created = parsed.GetValue(stamp)
                    ? TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
                    : null;
                var report = await SolutionReport.OfAsync(analyzed, created, terminal, cancellation);
                report = log is null ? report : RuntimeJoiner.Join(report, log);
                foreach (var (_, file, render) in wanted)
                {
                    await WriteAsync(file, render(report), terminal, cancellation);
                }

                if (wanted.TrueForAll(static w => w.File is not null))
                {
                    ReportSummary.Write(report, terminal.Results);
                    foreach (var (_, file, _) in wanted)
                    {
                        await terminal.Output.WriteLineAsync($"Wrote {terminal.Shown(file!)}");
                    }
                }

                return ExitCodes.Fine;
            }
        );
        return command;
    }

    private static Option<string?> Output(string name, string description) =>
        new(name)
        {
            Description = description + " To standard output without a file.",
            HelpName = "FILE",
            Arity = ArgumentArity.ZeroOrOne,
        };

    /// <summary>Null for standard output.</summary>
    private static string? FileOf(string option, string? value, Terminal terminal)
    {
        if (value is null or "-")
        {
            return null;
        }

        if (Sources.Contains(Path.GetExtension(value), StringComparer.OrdinalIgnoreCase))
        {
            throw CliException.WrongUsage($"{option} would write over {value}. Name the solution first: report {value} {option} FILE.");
        }

        var file = Path.GetFullPath(Path.Combine(terminal.WorkingDirectory, value));
        return Directory.Exists(file) ? throw CliException.WrongUsage($"{option} {value} is a folder: name a file in it.") : file;
    }

    private static async Task WriteAsync(string? file, string text, Terminal terminal, CancellationToken cancellation)
    {
        if (file is null)
        {
            await terminal.Output.WriteAsync(text.AsMemory(), cancellation);
            return;
        }

        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), cancellation);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            throw CliException.WrongUsage($"{terminal.Shown(file)} cannot be written: {refused.Message}");
        }
    }
}
