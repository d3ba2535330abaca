namespace Storefront.Data;

/// <summary>Changes one order after the other until disposed. Where a change fails it says so and goes on with the next.</summary>
internal sealed class SteadyWriter : IAsyncDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Action<string> _say;
    private readonly Task _writing;

    /// <param name="book">Where it writes.</param>
    /// <param name="pause">Between two changes.</param>
    /// <param name="say">Is told what fails.</param>
    public SteadyWriter(OrderBook book, TimeSpan pause, Action<string> say)
    {
        _say = say;
        _writing = Task.Run(() => WriteAsync(book, pause));
    }

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
            var isWritten = await TryChangeAsync(book);
            await Task.Delay(isWritten ? pause : AfterFailure, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> TryChangeAsync(OrderBook book)
    {
        try
        {
            await book.ChangeAsync();
            return true;
        }
        catch (Exception exception) when (ServerFailure.Is(exception) || exception is InvalidOperationException)
        {
            _say($"The writer could not write, so that nothing new comes: {exception.Message}");
            return false;
        }
    }
}
