using System.Diagnostics;
using System.Globalization;

namespace MonotonicReads.Cluster.Tests.Sample;

/// <summary>
/// The demonstration, run as users run it: replicas 0, 1 and 3 seconds behind and a steady writer. Without an annotation
/// pages see time run backwards, through the generated wrapper none does.
/// </summary>
public sealed class StorefrontTests
{
    [Theory]
    [InlineData("SQLite: ")]
    [InlineData("MariaDB: ", "--mariadb")]
    public async Task Time_runs_backwards_without_an_annotation_and_not_through_the_wrapper(string title, params string[] database)
    {
        var (exitCode, output, errors) = await RunAsync(["--pages", "300", .. database]);
        Assert.True(exitCode == 0, output + errors);
        Assert.StartsWith(title, output, StringComparison.Ordinal);

        var (pages, backwards, most) = Row(output, "unannotated");
        Assert.Equal((300, 3), (pages, most));
        Assert.True(backwards > 0, output);
        (pages, backwards, most) = Row(output, "[Monotonic]");
        Assert.Equal((300, 0, 1), (pages, backwards, most));
        (pages, backwards, most) = Row(output, "[Eventual]");
        Assert.Equal((300, 3), (pages, most));
        Assert.True(backwards > 0, output);
    }

    [Theory]
    [InlineData("Unknown argument '--page'.", "--page", "5")]
    [InlineData("--pages takes a whole number above 0", "--pages")]
    [InlineData("--pages takes a whole number above 0", "--pages", "0")]
    public async Task An_argument_that_makes_no_sense_is_refused(string error, params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith(error, errors, StringComparison.Ordinal);
        Assert.Contains("usage: ", errors, StringComparison.Ordinal);
    }

    // │ name │ page views │ saw time run backwards │ 1.00 (at most 1) │
    private static (int Pages, int Backwards, int MostServers) Row(string output, string name)
    {
        var cells = output
            .Split('\n')
            .Last(line => line.Contains(name, StringComparison.Ordinal) && line.Contains("at most", StringComparison.Ordinal))
            .Split('│', '|')
            .Select(cell => cell.Trim())
            .ToArray();
        return (Number(cells[2]), Number(cells[3]), Number(cells[4].Split("at most ")[1].TrimEnd(')')));
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory); // tests/Cluster.Tests/bin/CONFIGURATION/net10.0/
        var sample = Path.GetFullPath(
            Path.Combine(output.FullName, "../../../../../samples/Storefront/bin", output.Parent!.Name, output.Name, "Storefront.dll")
        );
        var start = new ProcessStartInfo("dotnet", [sample, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start.");
        var (text, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await text, await errors);
    }
}
