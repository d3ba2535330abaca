using System.Runtime.CompilerServices;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MonotonicReads.Browser.Tests.Storefront;

/// <summary>
/// How the page looks: light, dark and as narrow as a telephone nothing is cut off. <c>MONOTONIC_READS_WRITE_DOCS=1</c> makes the picture of
/// the documentation from the first.
/// </summary>
public sealed class PictureTests(Chromium chromium) : IClassFixture<Chromium>
{
    [SkippableTheory]
    [InlineData("light", 1280)]
    [InlineData("dark", 1280)]
    [InlineData("light", 360)]
    [InlineData("dark", 800)]
    public async Task Nothing_is_cut_off(string look, int width)
    {
        var scheme = look == "dark" ? ColorScheme.Dark : ColorScheme.Light;
        await using var window = await chromium.OpenAsync(scheme, width, height: 1000);
        await using var sample = await LivePage.StartAsync();
        var tab = await window.GoAsync(sample.Address);
        await Expect(tab.Locator(".column .mark.back").First).ToBeAttachedAsync();
        await Expect(tab.Locator(".column .order-dot").First).ToBeAttachedAsync();

        // The body itself never scrolls sideways; the table of counters may, within its frame.
        Assert.Equal(
            await tab.EvaluateAsync<int>("document.documentElement.clientWidth"),
            await tab.EvaluateAsync<int>("document.documentElement.scrollWidth")
        );
        var paper = await tab.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor");
        Assert.Equal(look == "dark" ? "rgb(15, 20, 27)" : "rgb(245, 243, 238)", paper);
        await tab.ScreenshotAsync(
            new() { Path = Path.Combine(AppContext.BaseDirectory, $"storefront-{look}-{width}.png"), FullPage = true }
        );
        Assert.Empty(window.Complaints);
    }

    /// <summary>The page of the documentation: it is there, and is a picture of this width.</summary>
    [SkippableFact]
    public async Task The_documentation_shows_the_page()
    {
        var file = Path.Combine(Repository(), "docs", "images", "storefront.png");
        if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
        {
            await DrawAsync(file);
        }

        var picture = await File.ReadAllBytesAsync(file);
        Assert.Equal("PNG"u8.ToArray(), picture[1..4]);
        Assert.InRange(picture.Length, 20_000, 400_000);
    }

    // The moment after the switch: pages without an annotation, and then with one.
    private async Task DrawAsync(string file)
    {
        await using var window = await chromium.OpenAsync(ColorScheme.Light, width: 1280, height: 950);
        await using var sample = await LivePage.StartAsync("--mariadb");
        var tab = await window.GoAsync(sample.Address);
        await Expect(tab.Locator("#link")).ToHaveAttributeAsync("data-state", "live");
        await SeeAsync("unannotated", pages: 20);
        await tab.Locator("#choice-monotonic").ClickAsync(new() { Force = true });
        await Expect(tab.Locator("#choice-monotonic")).ToBeCheckedAsync();
        await SeeAsync("monotonic", pages: 6);
        await tab.Locator("#hold").ClickAsync();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await tab.ScreenshotAsync(new() { Path = file, Animations = ScreenshotAnimations.Disabled });

        async Task SeeAsync(string annotation, int pages) =>
            await tab.WaitForFunctionAsync(
                "([name, pages]) => document.querySelectorAll(`.column[data-annotation=${name}]`).length >= pages",
                new object[] { annotation, pages }
            );
    }

    private static string Repository([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../../.."));
}
