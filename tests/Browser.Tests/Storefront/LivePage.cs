using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MonotonicReads.Browser.Tests.Storefront;

/// <summary>The sample with --web, as users start it, until disposed.</summary>
internal sealed partial class LivePage : IAsyncDisposable
{
    private readonly Process _process;

    private LivePage(Process process, string address) => (_process, Address) = (process, address);

    public string Address { get; }

    public int Port => new Uri(Address).Port;

    public static async Task<LivePage> StartAsync(params string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory); // tests/Browser.Tests/bin/CONFIGURATION/net10.0/
        var sample = Path.GetFullPath(
            Path.Combine(output.FullName, "../../../../../samples/Storefront/bin", output.Parent!.Name, output.Name, "Storefront.dll")
        );
        var process = Process.Start(
            new ProcessStartInfo("dotnet", [sample, "--web", .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        var line = await process.StandardOutput.ReadLineAsync();
        return line is not null && AddressPattern().Match(line) is { Success: true } address
            ? new LivePage(process, address.Value)
            : throw new InvalidOperationException($"The sample did not start: {line}{await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Ends it as a service manager would.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])!;
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await EndAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex("http://127.0.0.1:[0-9]+")]
    private static partial Regex AddressPattern();
}
