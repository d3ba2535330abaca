using Microsoft.Extensions.Hosting;

namespace MonotonicReads.DependencyInjection;

/// <summary>Builds the data source when the host starts, so that mistakes show then, and looks at the topology.</summary>
internal sealed class DataSourceStart(Func<ReplicatedMySqlDataSource> source, ReplicatedMySqlOptions options) : IHostedService
{
    private Task _background = Task.CompletedTask;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var built = source();
        if (options.TopologyValidation == TopologyValidation.Fail)
        {
            var findings = await ReportAsync(built, cancellationToken).ConfigureAwait(false);
            if (findings.Any(finding => finding.Severity == TopologySeverity.Error))
            {
                throw new TopologyException(findings);
            }
        }
        else if (options.TopologyValidation == TopologyValidation.Warn)
        {
            _background = Task.Run(() => ReportAsync(built, CancellationToken.None), cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) =>
        _background.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(cancellationToken);

    private static async Task<IReadOnlyList<TopologyFinding>> ReportAsync(ReplicatedMySqlDataSource source, CancellationToken cancellation)
    {
        var findings = await source.ValidateTopologyAsync(cancellation).ConfigureAwait(false);
        foreach (var finding in findings)
        {
            source.Routed.Reports.TopologyFound(
                finding.Severity == TopologySeverity.Error,
                finding.Id,
                finding.Server,
                finding.Message,
                finding.Remedy
            );
        }

        return findings;
    }
}
