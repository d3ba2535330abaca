using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MonotonicReads.Browser.Tests;

/// <summary>What the other tests rely on: a window notices what is wrong, and nothing else.</summary>
public sealed class WindowTests(Chromium chromium) : IClassFixture<Chromium>
{
    [SkippableTheory]
    [InlineData("<script>console.error('no')</script>", "console: no")]
    [InlineData("<script>nobody.knows()</script>", "script: ")]
    [InlineData("<img src='http://monotonicreads.invalid/a.png' alt=''>", "leaves this machine: http://monotonicreads.invalid/a.png")]
    public async Task What_is_wrong_is_noted(string body, string complaint)
    {
        await using var window = await chromium.OpenAsync();
        var tab = await window.GoAsync($"data:text/html,{Uri.EscapeDataString(body)}<p>done");
        await Expect(tab.GetByText("done")).ToBeVisibleAsync();
        Assert.Contains(window.Complaints, said => said.Contains(complaint, StringComparison.Ordinal));
    }

    [SkippableFact]
    public async Task A_page_that_keeps_to_itself_is_not()
    {
        await using var window = await chromium.OpenAsync();
        var tab = await window.GoAsync("data:text/html,<script>console.log('fine')</script><p>done");
        await Expect(tab.GetByText("done")).ToBeVisibleAsync();
        Assert.Empty(window.Complaints);
    }
}
