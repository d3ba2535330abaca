using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MonotonicReads.Browser.Tests.Storefront;

/// <summary>The page of the sample in a browser: it waits for what the page says, and never for a time.</summary>
public sealed class LivePageTests(Chromium chromium) : IClassFixture<Chromium>
{
    [SkippableTheory]
    [InlineData]
    [InlineData("--mariadb")]
    public async Task Red_marks_appear_without_an_annotation_and_none_with_one(params string[] servers)
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync(servers);
        var tab = await OpenAsync(window, sample);
        await Expect(tab.Locator(".column[data-annotation=unannotated] .mark.back").First).ToBeVisibleAsync();
        await SeenAsync(tab, "unannotated", pages: 60);
        Assert.NotEqual(0, await BackwardsAsync(tab, "unannotated"));

        string[] annotations = servers.Length == 0 ? ["monotonic", "causal", "primary"] : ["monotonic", "causal", "snapshot", "primary"];
        foreach (var annotation in annotations)
        {
            await ChooseAsync(tab, annotation);
            await SeenAsync(tab, annotation, pages: 60);
            Assert.Equal(0, await BackwardsAsync(tab, annotation));
            await Expect(tab.Locator($".column[data-annotation={annotation}] .mark.back")).ToHaveCountAsync(0);
        }

        Assert.Empty(window.Complaints);
    }

    [SkippableTheory]
    [InlineData]
    [InlineData("--mariadb")]
    public async Task Pages_stay_whole_when_a_replica_is_killed_and_it_serves_again_when_it_is_back(params string[] servers)
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync(servers);
        var tab = await OpenAsync(window, sample);
        await ChooseAsync(tab, "monotonic");
        await OnAsync(tab, "replica1");

        await tab.Locator("#kill-replica1").ClickAsync();
        await Expect(tab.Locator("#lane-replica1 .seconds")).ToHaveTextAsync("down");
        await Expect(tab.Locator("#log")).ToContainTextAsync("You killed replica1.");
        // By a session that had read there, or by one that has just drawn it.
        await Expect(tab.Locator("#log")).ToContainTextAsync(new Regex("replica1 (lost it|refused a connection)"));
        await SeenAsync(tab, "monotonic", pages: await PagesAsync(tab, "monotonic") + 60);
        Assert.Equal(0, await BackwardsAsync(tab, "monotonic"));
        await Expect(tab.Locator(".flow .column[data-servers*=replica1]")).ToHaveCountAsync(0);

        await tab.Locator("#kill-replica1").ClickAsync();
        await Expect(tab.Locator("#lane-replica1 .seconds")).ToHaveTextAsync(new Regex("s behind"));
        await OnAsync(tab, "replica1");
        Assert.Equal(0, await BackwardsAsync(tab, "monotonic"));
        Assert.Empty(window.Complaints);
    }

    [SkippableTheory]
    [InlineData]
    [InlineData("--mariadb")]
    public async Task An_own_order_is_missing_without_an_annotation_and_there_with_causal(params string[] servers)
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync(servers);
        var tab = await OpenAsync(window, sample);
        var outcome = tab.Locator("#outcome");
        for (var isMissing = false; !isMissing; )
        {
            isMissing = (await OrderAsync(tab)).StartsWith("Your order is missing.", StringComparison.Ordinal);
        }

        await ChooseAsync(tab, "causal");
        await Expect(outcome).ToBeEmptyAsync();
        for (var n = 0; n < 10; n++)
        {
            Assert.StartsWith("Your order is there.", await OrderAsync(tab), StringComparison.Ordinal);
        }

        await Expect(tab.Locator("#tally-causal td").Nth(2)).ToContainTextAsync("0 of");
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task A_lag_slider_makes_a_replica_late_at_once()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var tab = await OpenAsync(window, sample);
        await tab.Locator("#lag-replica1").FillAsync("5");
        await Expect(tab.Locator("#lane-replica1 .seconds")).ToHaveTextAsync(new Regex("^(4.[5-9]|5.[0-5]) s behind$"));
        await tab.Locator("#lag-replica1").FillAsync("0");
        await Expect(tab.Locator("#lane-replica1 .seconds")).ToHaveTextAsync(new Regex("^0.[0-5] s behind$"));
    }

    [SkippableFact]
    public async Task The_keyboard_reaches_and_moves_every_control()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var tab = await OpenAsync(window, sample);
        await Expect(tab.Locator(".column").First).ToBeVisibleAsync();

        var reached = new HashSet<string>();
        for (var id = await TabAsync(tab); reached.Add(id); id = await TabAsync(tab)) { }

        string[] wanted =
        [
            "choice-unannotated",
            .. new[] { "replica1", "replica2", "replica3" }.SelectMany(name => new[] { $"kill-{name}", $"lag-{name}" }),
            "river",
            "rate",
            "older",
            "hold",
            "newer",
            "place",
            "clear",
            "summary",
        ];
        Assert.Superset(wanted.ToHashSet(), reached);

        await PressAsync(tab, "#choice-unannotated", "ArrowRight");
        await Expect(tab.Locator("#says")).ToContainTextAsync("stay on one replica");
        await PressAsync(tab, "#kill-replica2", "Space");
        await Expect(tab.Locator("#lane-replica2 .seconds")).ToHaveTextAsync("down");
        await PressAsync(tab, "#lag-replica3", "Home");
        await Expect(tab.Locator("#lane-replica3 output")).ToHaveTextAsync("0.00 s");
        await PressAsync(tab, "#river", "ArrowLeft");
        await Expect(tab.Locator("#chosen tbody tr")).ToHaveCountAsync(4);
        await Expect(tab.Locator("#hold")).ToHaveAttributeAsync("aria-pressed", "true");
        await PressAsync(tab, "#river", "Escape");
        await Expect(tab.Locator("#hold")).ToHaveAttributeAsync("aria-pressed", "false");
        await PressAsync(tab, "summary", "Enter");
        await Expect(tab.Locator("#code-text")).ToContainTextAsync("[Monotonic]");
        await PressAsync(tab, "#place", "Enter");
        await Expect(tab.Locator("#outcome")).ToContainTextAsync("Your order is");
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task Every_control_and_the_picture_have_a_name()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var tab = await OpenAsync(window, sample);
        var tree = await tab.Locator("body").AriaSnapshotAsync();
        foreach (var name in new[] { "Lag of replica2 in seconds", "Kill replica3", "Older page", "Page views, newest at the right" })
        {
            Assert.Contains(name, tree, StringComparison.Ordinal);
        }

        Assert.DoesNotMatch(new Regex("- (button|slider|radio)( \\[|:|$)", RegexOptions.Multiline), tree); // one without a name
    }

    [SkippableFact]
    public async Task All_tabs_show_the_same_and_one_that_was_asleep_catches_up()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var (one, two) = (await OpenAsync(window, sample), await OpenAsync(window, sample));
        await ChooseAsync(one, "causal");
        await Expect(two.Locator("#choice-causal")).ToBeCheckedAsync();

        await SleepAsync(two, sleeps: true);
        await ChooseAsync(one, "primary");
        await SeenAsync(one, "primary", pages: 40);
        await Expect(two.Locator("#choice-causal")).ToBeCheckedAsync(); // it sleeps
        await SleepAsync(two, sleeps: false);
        await Expect(two.Locator("#choice-primary")).ToBeCheckedAsync();
        await SeenAsync(two, "primary", pages: 40);
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task A_page_goes_on_when_the_sample_is_started_again()
    {
        await using var window = await chromium.OpenAsync();
        await using var first = await LivePage.StartAsync();
        var tab = await OpenAsync(window, first);
        Assert.Equal(0, await first.EndAsync());
        await Expect(tab.Locator("#link")).ToHaveAttributeAsync("data-state", "lost");
        await using var second = await LivePage.StartAsync("--port", first.Port.ToString(CultureInfo.InvariantCulture));
        await Expect(tab.Locator("#link")).ToHaveAttributeAsync("data-state", "live");
        await SeenAsync(tab, "unannotated", pages: 1);
    }

    [SkippableFact]
    public async Task A_page_begins_anew_when_the_sample_is_started_again_on_other_servers()
    {
        await using var window = await chromium.OpenAsync();
        await using var first = await LivePage.StartAsync();
        var tab = await OpenAsync(window, first);
        await Expect(tab.Locator("#choice-snapshot")).ToBeDisabledAsync();
        Assert.Equal(0, await first.EndAsync());
        await using var second = await LivePage.StartAsync("--mariadb", "--port", first.Port.ToString(CultureInfo.InvariantCulture));
        await Expect(tab.Locator("#link-text")).ToHaveTextAsync("live, on MariaDB");
        await Expect(tab.Locator("#choice-snapshot")).ToBeEnabledAsync();
        await Expect(tab.Locator("#lag-replica1")).ToHaveAttributeAsync("step", "1");
    }

    [SkippableFact]
    public async Task What_fails_stands_on_the_page_until_something_succeeds()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var tab = await OpenAsync(window, sample);
        var failure = tab.Locator("#failure");
        await Expect(failure).ToBeHiddenAsync();

        await tab.RouteAsync("**/orders", route => route.AbortAsync());
        await tab.Locator("#place").ClickAsync();
        await Expect(failure).ToHaveTextAsync("The sample does not answer.");
        await tab.UnrouteAsync("**/orders");
        await tab.Locator("#place").ClickAsync();
        await Expect(failure).ToBeHiddenAsync();

        await tab.RouteAsync("**/code/*", route => route.FulfillAsync(new() { Status = 500 }));
        await tab.Locator("summary").ClickAsync();
        await Expect(failure).ToContainTextAsync("The sample answered 500");
    }

    // An answer that was long on its way says nothing of what failed meanwhile.
    [SkippableFact]
    public async Task What_was_begun_before_hides_no_failure()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var tab = await OpenAsync(window, sample);
        var (isSent, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await tab.RouteAsync(
            "**/settings",
            async route =>
            {
                isSent.TrySetResult();
                await gate.Task;
                await route.FulfillAsync(new() { Status = 204 });
            }
        );
        var settings = tab.WaitForResponseAsync("**/settings");
        await tab.Locator("#rate").FillAsync("4");
        await isSent.Task;
        await tab.RouteAsync("**/orders", route => route.AbortAsync());
        await tab.Locator("#place").ClickAsync();
        await Expect(tab.Locator("#failure")).ToHaveTextAsync("The sample does not answer.");
        gate.SetResult();
        await (await settings).FinishedAsync();
        await tab.UnrouteAsync("**/orders");

        // It is still there when the page has dealt with that answer, for which there is no sign to wait for.
        await Task.Delay(200);
        await Expect(tab.Locator("#failure")).ToHaveTextAsync("The sample does not answer.");
        await tab.Locator("#place").ClickAsync();
        await Expect(tab.Locator("#failure")).ToBeHiddenAsync();
    }

    [SkippableFact]
    public async Task What_was_refused_does_not_look_as_if_it_were_done()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var tab = await OpenAsync(window, sample);
        await tab.RouteAsync("**/settings", route => route.FulfillAsync(new() { Status = 503 }));
        await tab.Locator("#choice-causal").DispatchEventAsync("click");
        await Expect(tab.Locator("#failure")).ToContainTextAsync("503");
        await Expect(tab.Locator("#choice-unannotated")).ToBeCheckedAsync();
        await tab.Locator("#rate").FillAsync("4");
        await Expect(tab.Locator("#rate-value")).ToHaveTextAsync("20");
        Assert.Equal("20", await tab.Locator("#rate").InputValueAsync());
    }

    [SkippableFact]
    public async Task A_stream_of_events_that_cannot_be_had_is_told()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var tab = await window.GoAsync("about:blank");
        await tab.RouteAsync("**/events", route => route.AbortAsync());
        await tab.GotoAsync(sample.Address);
        await Expect(tab.Locator("#link")).ToHaveAttributeAsync("data-state", "lost");
        await Expect(tab.Locator("#link-text")).ToContainTextAsync("does not answer");
    }

    [SkippableFact]
    public async Task A_slider_shows_what_another_tab_has_set_although_it_has_the_focus()
    {
        await using var window = await chromium.OpenAsync();
        await using var sample = await LivePage.StartAsync();
        var (one, two) = (await OpenAsync(window, sample), await OpenAsync(window, sample));
        await one.Locator("#lag-replica2").FillAsync("5");
        await one.Locator("#lag-replica2").FocusAsync();
        await Expect(two.Locator("#lag-replica2")).ToHaveValueAsync("5");
        await two.Locator("#lag-replica2").FillAsync("2");
        await Expect(one.Locator("#lag-replica2")).ToHaveValueAsync("2");
        await Expect(one.Locator("#lane-replica2 output")).ToHaveTextAsync("2.00 s");
        await one.Locator("#rate").FocusAsync();
        await two.Locator("#rate").FillAsync("7");
        await Expect(one.Locator("#rate")).ToHaveValueAsync("7");
    }

    // As many pages as there may be, so that a test sees many of them soon.
    private static async Task<IPage> OpenAsync(Window window, LivePage sample)
    {
        var tab = await window.GoAsync(sample.Address);
        await Expect(tab.Locator("#link")).ToHaveAttributeAsync("data-state", "live");
        await tab.Locator("#rate").FillAsync("20");
        await Expect(tab.Locator("#rate-value")).ToHaveTextAsync("20");
        return tab;
    }

    private static async Task ChooseAsync(IPage tab, string annotation)
    {
        // The control shows what the server says, a moment after the click.
        await tab.Locator($"#choice-{annotation}").ClickAsync(new() { Force = true });
        await Expect(tab.Locator($"#choice-{annotation}")).ToBeCheckedAsync();
        await Expect(tab.Locator($"#tally-{annotation}")).ToHaveClassAsync("is-on");
        // What was under way is seen to its end under the annotation before.
        await Expect(tab.Locator($".flow .column:last-child[data-annotation={annotation}]")).ToHaveCountAsync(1);
    }

    private static async Task SeenAsync(IPage tab, string annotation, int pages) =>
        await tab.WaitForFunctionAsync(
            "([name, pages]) => Number(document.querySelector(`#tally-${name} td`).textContent.replaceAll(',', '')) >= pages",
            new object[] { annotation, pages }
        );

    private static Task OnAsync(IPage tab, string server) =>
        Expect(tab.Locator($".flow .column:last-child[data-servers*={server}]")).ToHaveCountAsync(1);

    private static Task<int> PagesAsync(IPage tab, string annotation) => NumberAsync(tab.Locator($"#tally-{annotation} td").Nth(0));

    private static Task<int> BackwardsAsync(IPage tab, string annotation) => NumberAsync(tab.Locator($"#tally-{annotation} td").Nth(1));

    private static async Task<int> NumberAsync(ILocator cell) =>
        int.Parse((await cell.InnerTextAsync()).Split(' ')[0], NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static async Task<string> OrderAsync(IPage tab)
    {
        var answered = tab.WaitForResponseAsync(answer => answer.Url.EndsWith("/orders", StringComparison.Ordinal));
        await tab.Locator("#place").ClickAsync();
        await answered;
        await Expect(tab.Locator("#place")).ToBeEnabledAsync();
        return await tab.Locator("#outcome").InnerTextAsync();
    }

    private static async Task<string> TabAsync(IPage tab)
    {
        await tab.Keyboard.PressAsync("Tab");
        return await tab.EvaluateAsync<string>("document.activeElement.id || document.activeElement.localName");
    }

    private static async Task PressAsync(IPage tab, string control, string key)
    {
        await tab.Locator(control).FocusAsync();
        await tab.Keyboard.PressAsync(key);
    }

    private static async Task SleepAsync(IPage tab, bool sleeps) =>
        await tab.EvaluateAsync(
            """
            (sleeps) => {
              Object.defineProperty(document, "hidden", { value: sleeps, configurable: true });
              document.dispatchEvent(new Event("visibilitychange"));
            }
            """,
            sleeps
        );
}
