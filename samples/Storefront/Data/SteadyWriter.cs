namespace Storefront.Data;

/// <summary>Changes one order after the other until disposed.</summary>
internal sealed class SteadyWriter : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;

    /// <param name="book">Where it writes.</param>
    /// <param name="pause">Between two changes.</param>
    public SteadyWriter(OrderBook book, TimeSpan pause) => _writing = Task.Run(() => WriteAsync(book, pause));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
    }

    private async Task WriteAsync(OrderBook book, TimeSpan pause)
    {
        while (!_stop.IsCancellationRequested)
        {
            await book.ChangeAsync();
            await Task.Delay(pause);
        }
    }
}
