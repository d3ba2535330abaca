using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Checking;

/// <summary>What the servers' lint said, for people and for programs.</summary>
internal static class CheckResult
{
    public static void WriteText(IReadOnlyList<string> servers, IReadOnlyList<TopologyFinding> findings, Terminal terminal)
    {
        foreach (var finding in findings)
        {
            terminal.Output.WriteLine($"{finding.Id} {Severity(finding)}: {finding.Server} {finding.Message}");
            terminal.Output.WriteLine($"  remedy: {finding.Remedy}");
            if (finding.Statement is { } statement && finding.MissingGrants.Count == 0)
            {
                terminal.Output.WriteLine($"  {statement};");
            }
        }

        foreach (var missing in MissingGrants.In(findings))
        {
            terminal.Output.WriteLine(
                $"\nMissing on {string.Join(", ", missing.Servers)}; for an administrator, on the primary (replicas get it by replication):"
            );
            terminal.Output.WriteLine($"  {missing.Statement ?? string.Join(", ", missing.Privileges)};");
        }

        var errors = findings.Count(static f => f.Severity == TopologySeverity.Error);
        terminal.Output.WriteLine(
            findings.Count == 0
                ? $"Fine: {string.Join(", ", servers)} keep what read sessions promise."
                : $"\n{Count(errors, "error")}, {Count(findings.Count - errors, "warning")} on {string.Join(", ", servers)}."
        );
    }

    public static void WriteJson(IReadOnlyList<string> servers, IReadOnlyList<TopologyFinding> findings, int exitCode, Terminal terminal) =>
        JsonResult.Write(
            terminal,
            new
            {
                ExitCode = exitCode,
                Servers = servers,
                Findings = findings.Select(static f => new
                {
                    f.Id,
                    Severity = Severity(f),
                    f.Server,
                    f.Message,
                    f.Remedy,
                    f.MissingGrants,
                    f.Statement,
                }),
                MissingGrants = MissingGrants.In(findings),
            }
        );

    private static string Severity(TopologyFinding finding) => finding.Severity.ToString().ToLowerInvariant();

    private static string Count(int count, string what) => count == 1 ? $"1 {what}" : $"{count} {what}s";
}
