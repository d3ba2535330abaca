using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

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
    [InlineData("--port takes a whole number from 1 to 65535", "--web", "--port", "65536")]
    [InlineData("--port takes a whole number from 1 to 65535", "--web", "--port", "--mariadb")]
    [InlineData("--port is for the page: add --web.", "--port", "5080")]
    [InlineData("--pages is for the table", "--web", "--pages", "10")]
    [InlineData("Unknown argument 'web'.", "web")]
    public async Task An_argument_that_makes_no_sense_is_refused(string error, params string[] arguments)
    {
        var (exitCode, output, errors) = await RunAsync(arguments);
        Assert.Equal((2, ""), (exitCode, output));
        Assert.StartsWith(error, errors, StringComparison.Ordinal);
        Assert.Contains("usage: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_lists_every_option_and_starts_nothing()
    {
        var (exitCode, output, errors) = await RunAsync(["--mariadb", "--help"]);
        Assert.Equal((0, ""), (exitCode, errors));
        foreach (var option in new[] { "--pages N", "--web", "--port N", "--mariadb", "--help" })
        {
            Assert.Contains(option, output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_before_servers_are_started()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        var (exitCode, output, errors) = await RunAsync(["--web", "--mariadb", "--port", port]);
        Assert.Equal((1, ""), (exitCode, output));
        Assert.StartsWith($"Port {port} cannot be had", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(130, "--pages", "1000000")]
    [InlineData(0, "--web")]
    [InlineData(0, "--web", "--mariadb")]
    public async Task Who_is_asked_to_end_leaves_no_server_and_no_file_behind(int wanted, params string[] arguments)
    {
        var files = Directory.CreateTempSubdirectory("storefront-tests-");
        var start = Sample(arguments);
        start.Environment["TMPDIR"] = files.FullName;
        using var process = Process.Start(start)!;
        Assert.NotNull(await process.StandardOutput.ReadLineAsync()); // it has started, servers and all
        using (var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]))
        {
            await kill.WaitForExitAsync();
        }

        var (text, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == wanted, $"{process.ExitCode}: {await text}{await errors}");
        Assert.Empty(files.GetDirectories("storefront-*").Concat(files.GetDirectories("mr-cluster-*")));
        files.Delete(recursive: true);
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
        using var process = Process.Start(Sample(arguments)) ?? throw new InvalidOperationException("dotnet did not start.");
        var (text, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await text, await errors);
    }

    private static ProcessStartInfo Sample(string[] arguments) =>
        new("dotnet", [SampleProcess.ProgramOf("Storefront"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
}
