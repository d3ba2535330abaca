using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MonotonicReads.Browser.Tests.Reports;

/// <summary>The page that <c>report --html</c> writes, opened from its file as users open it.</summary>
public sealed class ReportPageTests(Chromium chromium, ReportFile report) : IClassFixture<Chromium>, IClassFixture<ReportFile>
{
    private const string Unannotated = "UnannotatedOrderPageRepository";

    [SkippableFact]
    public async Task Search_and_filters_leave_what_fits()
    {
        await using var window = await chromium.OpenAsync();
        var tab = await window.GoAsync(report.Address);
        var units = tab.Locator(".unit:visible");
        var all = await units.CountAsync();
        Assert.InRange(all, 5, int.MaxValue);

        await tab.Keyboard.PressAsync("/");
        await tab.Keyboard.TypeAsync("unannotated payments"); // the name, and a word of a statement
        await Expect(units).ToHaveCountAsync(1);
        await Expect(units.First).ToContainTextAsync(Unannotated);
        await Expect(tab.Locator("#found")).ToContainTextAsync($"1 of {all} units");

        await tab.Locator("#search").FillAsync("nobody has such a name");
        await Expect(units).ToHaveCountAsync(0);
        await tab.Locator("#unfilter").ClickAsync();
        await Expect(units).ToHaveCountAsync(all);

        await tab.Locator("#state-filter input[value=open]").UncheckAsync();
        await Expect(tab.Locator(".unit:visible", new() { HasText = Unannotated })).ToHaveCountAsync(0);
        Assert.InRange(await units.CountAsync(), 1, all - 1);
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task An_open_unit_draws_a_timeline_for_its_finding()
    {
        await using var window = await chromium.OpenAsync();
        var tab = await window.GoAsync(report.Address);
        var unit = tab.Locator(".unit", new() { HasText = Unannotated }).First;
        await Expect(unit.Locator("svg.timeline")).ToHaveCountAsync(0); // made when it is opened
        await unit.Locator("summary").ClickAsync();
        await Expect(unit.Locator("svg.timeline").First).ToBeVisibleAsync();
        await Expect(unit.Locator("svg.timeline .lane")).ToHaveCountAsync(3); // the primary and two replicas
        await Expect(unit.Locator("tbody tr")).ToHaveCountAsync(4);
        Assert.Empty(window.Complaints);
    }

    [SkippableFact]
    public async Task The_keyboard_reaches_every_control_and_opens_a_unit()
    {
        await using var window = await chromium.OpenAsync();
        var tab = await window.GoAsync(report.Address);
        var wanted = await tab.EvaluateAsync<string[]>(
            """
            () => {
              const all = [...document.querySelectorAll('a[href], select, input, button, summary')].filter((e) => e.checkVisibility());
              all.forEach((element, n) => { element.dataset.control = n; });
              return all.map((element) => element.dataset.control);
            }
            """
        );
        var reached = new HashSet<string>();
        for (var n = 0; n < wanted.Length * 2; n++)
        {
            await tab.Keyboard.PressAsync("Tab");
            reached.Add(await tab.EvaluateAsync<string>("document.activeElement.dataset.control ?? ''"));
        }

        Assert.Superset(wanted.ToHashSet(), reached);

        await tab.Locator(".unit:visible > summary").First.FocusAsync();
        await tab.Keyboard.PressAsync("ArrowDown");
        await tab.Keyboard.PressAsync("Enter");
        await Expect(tab.Locator(".unit:visible").Nth(1)).ToHaveAttributeAsync("open", "");
        await Expect(tab.Locator(".unit:visible").Nth(1).Locator(".body")).ToBeVisibleAsync();
        var tree = await tab.Locator("body").AriaSnapshotAsync();
        Assert.DoesNotMatch(new Regex("- (button|searchbox|combobox|checkbox)( \\[|:|$)", RegexOptions.Multiline), tree); // one without a name
        Assert.Empty(window.Complaints);
    }

    [SkippableTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task It_is_light_or_dark_as_the_system_or_as_its_reader_wants(ColorScheme system)
    {
        await using var window = await chromium.OpenAsync(system, width: 360);
        var tab = await window.GoAsync(report.Address);
        Assert.Equal(system == ColorScheme.Dark, await IsDarkAsync(tab));
        await tab.Locator("#theme").SelectOptionAsync(system == ColorScheme.Dark ? "light" : "dark");
        Assert.Equal(system == ColorScheme.Light, await IsDarkAsync(tab));

        // As narrow as a telephone nothing is cut off: the body never scrolls sideways.
        await tab.Locator(".unit > summary").First.ClickAsync();
        Assert.Equal(
            await tab.EvaluateAsync<int>("document.documentElement.clientWidth"),
            await tab.EvaluateAsync<int>("document.documentElement.scrollWidth")
        );
        Assert.Empty(window.Complaints);
    }

    /// <summary>The pictures of the documentation, made with <c>MONOTONIC_READS_WRITE_DOCS=1</c>: they are there, and are pictures.</summary>
    [SkippableTheory]
    [InlineData(ColorScheme.Light, "report.png")]
    [InlineData(ColorScheme.Dark, "report-dark.png")]
    public async Task The_documentation_shows_the_page(ColorScheme look, string name)
    {
        var file = Path.Combine(Tool.Repository, "docs", "images", name);
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            await DrawAsync(look, file);
        }

        var picture = await File.ReadAllBytesAsync(file);
        Assert.Equal("PNG"u8.ToArray(), picture[1..4]);
        Assert.InRange(picture.Length, 20_000, 500_000);
    }

    // In the light the page with one unit open, in the dark the calls that join the reads of another.
    private async Task DrawAsync(ColorScheme look, string file)
    {
        await using var window = await chromium.OpenAsync(look, width: 1280, height: 1790);
        var tab = await window.GoAsync(report.Address);
        var isWhole = look == ColorScheme.Light;
        var unit = tab.Locator(".unit", new() { HasText = isWhole ? Unannotated : "PageViews.RunAsync" }).First;
        await unit.Locator("summary").ClickAsync();
        await Expect(unit.Locator("svg.timeline").First).ToBeVisibleAsync();
        if (isWhole)
        {
            await tab.ScreenshotAsync(new() { Path = file });
        }
        else
        {
            await unit.ScreenshotAsync(new() { Path = file });
        }
    }

    private static async Task<bool> IsDarkAsync(IPage tab) =>
        await tab.EvaluateAsync<bool>(
            """
            () => {
              const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number);
              return r + g + b < 384;
            }
            """
        );
}
