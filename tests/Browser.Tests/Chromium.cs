using Microsoft.Playwright;

namespace MonotonicReads.Browser.Tests;

/// <summary>
/// The system's Chromium, one for all tests of a class. It is Debian's package, which <c>tests/run.sh</c> installs; where there is none the
/// tests are skipped.
/// </summary>
public sealed class Chromium : IAsyncLifetime
{
    private const string Program = "/usr/bin/chromium";

    // As root there is no sandbox; the rest keeps it from talking to anybody on its own account.
    private static readonly string[] Arguments =
    [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ];

    private IPlaywright? _driver;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        Assertions.SetDefaultExpectTimeout(Window.Patience);
        if (File.Exists(Program))
        {
            _driver = await Playwright.CreateAsync();
            _browser = await _driver.Chromium.LaunchAsync(
                new()
                {
                    ExecutablePath = Program,
                    Args = Arguments,
                    Headless = true,
                }
            );
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _driver?.Dispose();
    }

    /// <summary>A window with a profile of its own.</summary>
    /// <param name="look">Light, dark; null for what the browser does by itself.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="scale">Pixels of a screenshot for each.</param>
    public async Task<Window> OpenAsync(ColorScheme? look = null, int width = 1280, int height = 900, float scale = 1)
    {
        Skip.If(_browser is null, $"{Program} is not there. On Debian: apt-get install chromium");
        var profile = await _browser!.NewContextAsync(
            new()
            {
                ColorScheme = look,
                ViewportSize = new() { Width = width, Height = height },
                DeviceScaleFactor = scale,
            }
        );
        profile.SetDefaultTimeout(Window.Patience);
        return new Window(profile);
    }
}
