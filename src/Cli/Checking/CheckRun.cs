using Microsoft.Extensions.DependencyInjection;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Checking;

/// <summary>Asks the servers and tells what they said.</summary>
internal static class CheckRun
{
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public static async Task<int> RunAsync(CheckRequest request, bool json, Terminal terminal, CancellationToken cancellation)
    {
        await using var services = CheckedSource.Of(request, terminal);
        var source = services.GetRequiredService<ReplicatedMySqlDataSource>();
        string[] servers = [.. source.GetServers().Select(static s => s.Name)];
        var findings = await Output.Progress.RunAsync(
            terminal,
            progress =>
            {
                progress.Step($"Asking {string.Join(", ", servers)}");
                return source.ValidateTopologyAsync(cancellation);
            }
        );
        var exitCode = findings.Count == 0 ? ExitCodes.Fine : ExitCodes.Found;
        if (json)
        {
            CheckResult.WriteJson(servers, findings, exitCode, terminal);
        }
        else
        {
            CheckResult.WriteText(servers, findings, terminal);
        }

        return exitCode;
    }
}
