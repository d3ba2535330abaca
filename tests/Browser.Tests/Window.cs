using System.Collections.Concurrent;
using Microsoft.Playwright;

namespace MonotonicReads.Browser.Tests;

/// <summary>A browser window, and what went wrong in its tabs: errors on the console, exceptions of scripts, requests that leave this
/// machine.</summary>
public sealed class Window(IBrowserContext profile) : IAsyncDisposable
{
    /// <summary>How long a busy machine may need for anything, in milliseconds.</summary>
    public const float Patience = 60_000;

    private readonly ConcurrentQueue<string> _complaints = new();

    /// <summary>What went wrong up to now.</summary>
    public IReadOnlyCollection<string> Complaints => [.. _complaints];

    /// <summary>Opens an address in a tab.</summary>
    public async Task<IPage> GoAsync(string address)
    {
        var tab = await profile.NewPageAsync();
        tab.Console += (_, message) => Note(message.Type is "error" or "warning", $"console: {message.Text}");
        tab.PageError += (_, error) => Note(true, $"script: {error}");
        tab.Request += (_, request) => Note(Leaves(request.Url), $"leaves this machine: {request.Url}");
        await tab.GotoAsync(address);
        return tab;
    }

    public ValueTask DisposeAsync() => profile.DisposeAsync();

    private static bool Leaves(string address) =>
        new Uri(address) is var uri && uri.Scheme is not ("data" or "blob" or "file") && !uri.IsLoopback;

    private void Note(bool isWrong, string what)
    {
        if (isWrong)
        {
            _complaints.Enqueue(what);
        }
    }
}
