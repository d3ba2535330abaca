using System.Threading.Channels;

namespace Storefront.Web;

/// <summary>Users who come, look at some pages, order something in between, and go; so many pages a second as the slider says.</summary>
internal sealed class Visitors : IAsyncDisposable
{
    private const int AtOnce = 4;
    private const int PagesOfVisit = 8;
    private const int OrderBeforePage = 4;
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<bool> _turns = Channel.CreateBounded<bool>(1);
    private readonly Stage _stage;
    private readonly Visits _visits;
    private readonly Task _all;
    private int _users;

    public Visitors(Visits visits, Stage stage)
    {
        (_visits, _stage) = (visits, stage);
        _all = Task.WhenAll([Task.Run(PaceAsync), .. Enumerable.Range(0, AtOnce).Select(_ => Task.Run(ComeAndGoAsync))]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _all;
        _stop.Dispose();
    }

    // A slider that moves takes effect at once, and not after the pause that it ends.
    private async Task PaceAsync()
    {
        var last = TimeProvider.System.GetTimestamp();
        while (!_stop.IsCancellationRequested)
        {
            var rate = _stage.Settings.PagesPerSecond;
            if (rate > 0 && TimeProvider.System.GetElapsedTime(last) is var elapsed && elapsed.TotalSeconds >= 1.0 / rate)
            {
                last = TimeProvider.System.GetTimestamp();
                _turns.Writer.TryWrite(true);
            }

            var pause = rate > 0 ? TimeSpan.FromSeconds(1.0 / rate) - TimeProvider.System.GetElapsedTime(last) : LongestPause;
            await PauseAsync(TimeSpan.FromTicks(Math.Clamp(pause.Ticks, TimeSpan.TicksPerMillisecond, LongestPause.Ticks)));
        }

        _turns.Writer.Complete();
    }

    private async Task ComeAndGoAsync()
    {
        // No session before the first page: a visit belongs to the annotation under which it begins.
        while (await IsTurnAsync())
        {
            var user = $"user {Interlocked.Increment(ref _users)}";
            await _visits.RunAsync(user, PagesOfVisit, OrderBeforePage, IsTurnAsync);
        }
    }

    private async ValueTask<bool> IsTurnAsync()
    {
        while (await _turns.Reader.WaitToReadAsync())
        {
            if (_turns.Reader.TryRead(out _))
            {
                return true;
            }
        }

        return false;
    }

    private Task PauseAsync(TimeSpan pause) => Task.Delay(pause, _stop.Token).ContinueWith(_ => { }, TaskScheduler.Default);
}
