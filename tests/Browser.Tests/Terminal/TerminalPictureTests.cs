using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MonotonicReads.Browser.Tests.Terminal;

/// <summary>
/// What a terminal shows on the first day: a build's warnings, and the baseline that keeps them quiet. <c>MONOTONIC_READS_WRITE_DOCS=1</c>
/// makes the picture of the documentation from what the programs really wrote.
/// </summary>
public sealed partial class TerminalPictureTests(Chromium chromium) : IClassFixture<Chromium>
{
    private const string Code = """
        using System.Data.Common;
        using Dapper;

        public record Order(int Id, string Customer);
        public record Line(string Product, int Amount);

        public interface IOrders
        {
            Task<(Order, IEnumerable<Line>)> GetAsync(int id);
            Task ShipAsync(int id);
        }

        public class Orders(DbDataSource source) : IOrders
        {
            public async Task<(Order, IEnumerable<Line>)> GetAsync(int id)
            {
                await using var db = await source.OpenConnectionAsync();
                var order = await db.QuerySingleAsync<Order>("SELECT id, customer FROM orders WHERE id = @id", new { id });
                return (order, await db.QueryAsync<Line>("SELECT product, amount FROM order_lines WHERE order_id = @id", new { id }));
            }

            public async Task ShipAsync(int id)
            {
                await using var db = await source.OpenConnectionAsync();
                await db.ExecuteAsync("UPDATE orders SET shipped = 1 WHERE id = @id", new { id });
                var mail = await db.QuerySingleAsync<string>("SELECT mail FROM orders WHERE id = @id", new { id });
                Console.WriteLine(mail);
            }
        }
        """;

    [SkippableFact]
    public async Task The_documentation_shows_a_terminal()
    {
        var folder = Directory.CreateTempSubdirectory("monotonicreads-terminal-");
        try
        {
            var shop = folder.CreateSubdirectory("shop").FullName;
            await WriteProjectAsync(shop);
            await Tool.DotnetAsync(shop, ["restore", "-v", "q"]);
            string[] build = ["build", "--no-restore", "-nologo", "-tl:off", "-v", "m", "-clp:NoSummary;ForceAnsi"];
            var built = await Tool.DotnetAsync(shop, build);
            Assert.Matches("warning MR1001: .*'GetAsync' makes 2 sequential replica reads", Plain(built));
            Assert.Contains("warning MR1003", built, StringComparison.Ordinal);
            var baseline = await Tool.RunAsync(shop, ["baseline"]);
            Assert.Contains("MonotonicReads.Baseline.txt: written with 2 lines", baseline, StringComparison.Ordinal);
            var again = await Tool.DotnetAsync(shop, [.. build, "--no-incremental"]);
            Assert.DoesNotContain("warning", again, StringComparison.Ordinal);

            var file = Path.Combine(Tool.Repository, "docs", "images", "terminal.png");
            if (Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1")
            {
                var text =
                    $"$ dotnet build\n{built}\n$ dotnet monotonic-reads baseline\n{baseline}\n$ dotnet build --no-incremental\n{again}";
                await DrawAsync(text.Replace(folder.FullName, "~", StringComparison.Ordinal), file);
            }

            var picture = await File.ReadAllBytesAsync(file);
            Assert.Equal("PNG"u8.ToArray(), picture[1..4]);
            Assert.InRange(picture.Length, 20_000, 400_000);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WriteProjectAsync(string shop)
    {
        var built = Path.Combine(Tool.Repository, "src/Cli/bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0");
        await File.WriteAllTextAsync(
            Path.Combine(shop, "shop.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <NoWarn>NU1603</NoWarn>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="Dapper" Version="2.1.66" />
                <Reference Include="{built}/MonotonicReads.dll" />
                <Analyzer Include="{built}/MonotonicReads.Generator.dll" />
              </ItemGroup>
              <Import Project="{Tool.Repository}/src/Runtime/buildTransitive/net8.0/MonotonicReads.targets" />
            </Project>
            """
        );
        await File.WriteAllTextAsync(Path.Combine(shop, "Orders.cs"), Code);
        // Keeps settings of any folder above out.
        await File.WriteAllTextAsync(Path.Combine(shop, "Directory.Build.props"), "<Project />");
        await File.WriteAllTextAsync(Path.Combine(shop, "Directory.Packages.props"), "<Project />");
    }

    private async Task DrawAsync(string text, string file)
    {
        await using var window = await chromium.OpenAsync(ColorScheme.Dark, width: 1180, height: 800);
        var page = $$"""
            <!doctype html><meta charset="utf-8"><style>
            body { margin: 0; padding: 16px; background: #e9ecef; }
            main { border-radius: 10px; overflow: hidden; background: #14181f; color: #d7dde4; }
            header { display: flex; gap: 8px; padding: 10px 14px; background: #262c36; }
            header i { width: 12px; height: 12px; border-radius: 50%; background: #4b5563; }
            pre { margin: 0; padding: 14px 18px 18px; font: 13.5px/1.45 "DejaVu Sans Mono", monospace; white-space: pre-wrap; }
            b { color: #7ee2a8; } .warning { color: #f2c14e; } .green { color: #7ee2a8; }
            </style><main><header><i></i><i></i><i></i></header><pre>{{Html(text)}}</pre></main>
            """;
        var address = Path.Combine(AppContext.BaseDirectory, "terminal.html");
        await File.WriteAllTextAsync(address, page);
        var tab = await window.GoAsync(new Uri(address).AbsoluteUri);
        await Expect(tab.Locator(".warning").First).ToBeVisibleAsync();
        await tab.ScreenshotAsync(new() { Path = file, FullPage = true });
        Assert.Empty(window.Complaints);
    }

    // Prompts and warnings in a colour, as a terminal has them; each warning once, without what stands in brackets behind it.
    private static string Html(string text)
    {
        var html = new StringBuilder();
        foreach (var line in Plain(text).ReplaceLineEndings("\n").Split('\n').Select(static l => Behind().Replace(l.TrimEnd(), "")))
        {
            var shown = WebUtility.HtmlEncode(line);
            html.Append(
                    line.StartsWith("$ ", StringComparison.Ordinal) ? $"<b>{shown}</b>"
                    : line.Contains(": warning ", StringComparison.Ordinal)
                        ? Warning().Replace(shown, "<span class=\"warning\">$0</span>", 1)
                    : shown
                )
                .Append('\n');
        }

        return html.ToString().Trim();
    }

    private static string Plain(string text) => Escape().Replace(text, "");

    [GeneratedRegex("\u001b\\[[0-9;]*[A-Za-z]")]
    private static partial Regex Escape();

    [GeneratedRegex(@" \(https://[^)]*\)( \[[^\]]*\])?$")]
    private static partial Regex Behind();

    [GeneratedRegex("warning MR[0-9]+")]
    private static partial Regex Warning();
}
