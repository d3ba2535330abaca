using System.Data.Common;

namespace Storefront.Data;

/// <summary>Changes one order after the other on the primary, about a hundred times a second, until disposed.</summary>
internal sealed class SteadyWriter : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;

    public SteadyWriter(DbDataSource primary) => _writing = Task.Run(() => WriteAsync(primary));

    /// <summary>How many changes have been committed.</summary>
    public long Changes { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
    }

    private async Task WriteAsync(DbDataSource primary)
    {
        while (!_stop.IsCancellationRequested)
        {
            var sequence = Changes + 1;
            var order = 1 + (sequence % Schema.Orders);
            var line = 1 + (sequence / Schema.Orders % Schema.LinesPerOrder);
            var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            var change = new OrderChange(sequence, now, order, line, Schema.ProductOf(order, line), Cents: 1 + (sequence % 99));

            await using var connection = await primary.OpenConnectionAsync();
            await change.ApplyAsync(connection);
            Changes = sequence;
            await Task.Delay(Pause);
        }
    }
}
