using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;

namespace Storefront.Web;

/// <summary>Server-sent events to every tab that listens. A tab that is too slow misses the oldest ones, and nobody waits for it.</summary>
internal sealed class EventStream
{
    private const int Unread = 500;

    private readonly Lock _lock = new();
    private readonly List<Channel<SseItem<string>>> _tabs = [];

    public void Send<T>(string kind, T what)
    {
        var item = new SseItem<string>(JsonSerializer.Serialize(what, JsonSerializerOptions.Web), kind);
        lock (_lock)
        {
            foreach (var tab in _tabs)
            {
                tab.Writer.TryWrite(item);
            }
        }
    }

    /// <summary>All events from now on, after one that says how things are.</summary>
    /// <param name="first">What things are like, asked when the tab is listening already, so that it misses nothing.</param>
    /// <param name="cancellation">The tab has gone, or the program ends.</param>
    public async IAsyncEnumerable<SseItem<string>> ListenAsync(
        Func<Everything> first,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var tab = Channel.CreateBounded<SseItem<string>>(
            new BoundedChannelOptions(Unread) { FullMode = BoundedChannelFullMode.DropOldest }
        );
        lock (_lock)
        {
            _tabs.Add(tab);
        }

        try
        {
            yield return new SseItem<string>(JsonSerializer.Serialize(first(), JsonSerializerOptions.Web), "everything");
            while (await CanReadAsync(tab, cancellation))
            {
                while (tab.Reader.TryRead(out var item))
                {
                    yield return item;
                }
            }
        }
        finally
        {
            lock (_lock)
            {
                _tabs.Remove(tab);
            }
        }
    }

    // A tab that goes is no failure.
    private static async ValueTask<bool> CanReadAsync(Channel<SseItem<string>> tab, CancellationToken cancellation)
    {
        try
        {
            return await tab.Reader.WaitToReadAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
