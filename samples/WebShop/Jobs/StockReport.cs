using MonotonicReads;
using WebShop.Catalogue;

namespace WebShop.Jobs;

/// <summary>Logs what is in stock, again and again. Nobody's request: it opens its session itself.</summary>
public sealed partial class StockReport(IServiceScopeFactory scopes, IConfiguration configuration, ILogger<StockReport> log)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(configuration.GetValue("StockReport:Interval", TimeSpan.FromSeconds(30)));
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // Causal as [assembly: Causal] says of every entry point; as long as nothing is written it costs what Monotonic does. The key draws
            // the same replica each time; whatever the report reads, it reads there.
            using var session = ReadSession.Begin(ReadConsistency.Causal, "stock-report");
            await using var scope = scopes.CreateAsyncScope();
            try
            {
                var page = await scope.ServiceProvider.GetRequiredService<ICatalogue>().GetPageAsync();
                var pieces = page.Products.Sum(product => product.Stock);
                LogStock(pieces, page.OrdersSoFar);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                LogFailure(exception); // and the next tick tries again
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Pieces} pieces in stock after {Orders} orders.")]
    private partial void LogStock(int pieces, int orders);

    [LoggerMessage(Level = LogLevel.Error, Message = "The stock could not be read.")]
    private partial void LogFailure(Exception exception);
}
