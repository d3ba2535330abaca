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
        await tab.Locator($"#choice-{annotation}").CheckAsync(new() { Force = true });
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
