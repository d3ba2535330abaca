using Microsoft.Extensions.Hosting;

namespace MonotonicReads.DependencyInjection;

/// <summary>Builds the data source when the host starts, so that mistakes show then, and looks at the topology.</summary>
internal sealed class DataSourceStart(Func<ReplicatedMySqlDataSource> source, ReplicatedMySqlOptions options) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
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
            // It goes on when the start has ended, and must not keep what is ambient there.
            using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
            _background = Task.Run(() => TryReportAsync(built), cancellationToken);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        // What it finds is told where there is the time.
        await using var ending = cancellationToken.Register(_stopping.Cancel).ConfigureAwait(false);
        await _background.ContinueWith(static _ => { }, TaskScheduler.Default).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task TryReportAsync(ReplicatedMySqlDataSource built)
    {
        try
        {
            await ReportAsync(built, _stopping.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Nobody waits for it: the host runs all the same, and says that nothing is known.
            if (!_stopping.IsCancellationRequested)
            {
                built.Routed.Reports.TopologyUnknown(exception);
            }
        }
    }

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
