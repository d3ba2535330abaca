using System.Text.Json;
using Microsoft.CodeAnalysis;
using MonotonicReads.Cli.Output;
using MonotonicReads.Cli.Tests.Watched;

namespace MonotonicReads.Cli.Tests.Reports;

/// <summary>The commands on a project as the SDK loads it.</summary>
public class ReportCommandTests
{
    private const string Orders = """
        using System.Data;
        using Dapper;
        public class Orders(IDbConnection db)
        {
            public void New() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
            public void Old() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
        #pragma warning disable MR1001
            public void Quiet() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
        }
        """;

    [Fact]
    public async Task Reports_and_explains_what_the_analyzers_say()
    {
        using var folder = await ShopAsync();

        var run = await folder.ToolAsync(
            "report",
            "--html",
            "out/a.html",
            "--sarif",
            "out/b.sarif",
            "--md",
            "out/c.md",
            "--json",
            "out/d.json"
        );

        Assert.True(run.ExitCode == ExitCodes.Fine, run.Error);
        Assert.Contains("Shop.csproj: reads meet in 3 units of 1 project.", run.Output, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("out", "d.json"), run.Output, StringComparison.Ordinal);
        Assert.StartsWith("<!DOCTYPE html>", folder["out/a.html"], StringComparison.Ordinal);
        Assert.Contains("\"version\": \"2.1.0\"", folder["out/b.sarif"], StringComparison.Ordinal);
        Assert.StartsWith("## Read consistency of Shop.csproj\n", folder["out/c.md"], StringComparison.Ordinal);
        var units = JsonDocument.Parse(folder["out/d.json"]).RootElement.GetProperty("units").EnumerateArray();
        Assert.Equal(
            ["Orders.New() open Orders.cs:5", "Orders.Old() baselined Orders.cs:6", "Orders.Quiet() suppressed Orders.cs:8"],
            units.Select(static u => $"{u.GetProperty("name")} {u.GetProperty("state")} {u.GetProperty("file")}:{u.GetProperty("line")}")
        );

        var piped = await folder.ToolAsync("report", "Shop.csproj", "--json");
        Assert.Equal(folder["out/d.json"], piped.Output);

        var explained = await folder.ToolAsync("explain", "mr1001", "Orders.cs:5");
        Assert.True(explained.ExitCode == ExitCodes.Fine, explained.Error);
        Assert.StartsWith("MR1001 in Orders.New()  Orders.cs:5  open\n", explained.Output, StringComparison.Ordinal);
        // Without the package's annotations in reach there is nothing to write.
        Assert.Contains("What the light bulb offers\n", explained.Output, StringComparison.Ordinal);

        var wrong = await folder.ToolAsync("explain", "MR1002", "Orders.cs:5", "Shop.csproj");
        Assert.Equal(ExitCodes.WrongUsage, wrong.ExitCode);
        Assert.Contains(
            "There is no MR1002 at Orders.cs:5. In that file are:\n  MR1001 Orders.cs:5 Orders.New(), open\n",
            wrong.Error,
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("--json would write over Shop.sln. Name the solution first: report Shop.sln --json FILE.", "report", "--json", "Shop.sln")]
    [InlineData("Only one report can go to standard output: give the others a file.", "report", "--json", "--md")]
    [InlineData("There is no rule MR9.", "explain", "MR9")]
    [InlineData("Only MR1001, MR1002, MR1003, MR1012 are explained at a place.", "explain", "MR2001", "Orders.cs:5")]
    public async Task A_wrong_use_says_what_to_do(string said, params string[] arguments)
    {
        using var folder = new Folder();

        var run = await folder.ToolAsync(arguments);

        Assert.Equal(ExitCodes.WrongUsage, run.ExitCode);
        Assert.Contains(said, run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Output);
    }

    [Fact]
    public async Task A_rule_without_a_place_is_its_page()
    {
        using var folder = new Folder();

        var run = await folder.ToolAsync("explain", "MR1003");

        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.StartsWith("MR1003: ", run.Output, StringComparison.Ordinal);
    }

    /// <summary>A program that ran under the detector, and the report of its project as the SDK loads it.</summary>
    [Fact]
    public async Task Joins_the_findings_with_what_a_detector_wrote()
    {
        using var folder = new Folder();
        folder["Shapes.csproj"] = """
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><AllowUnsafeBlocks>true</AllowUnsafeBlocks></PropertyGroup>
              <ItemGroup><PackageReference Include="Dapper" Version="2.1.66" /></ItemGroup>
            </Project>
            """;
        folder[Shapes.File] = Shapes.Source;
        await folder.DotnetAsync("restore", "--nologo", "-v", "q");
        using (var program = new ShapesProgram(OptimizationLevel.Debug, hasSymbols: true))
        {
            File.Copy(await program.RequestAsync("/second"), folder.Of("series.jsonl"));
        }

        await File.AppendAllTextAsync(folder.Of("series.jsonl"), """{"v":1,"type":"ser""");
        var run = await folder.ToolAsync("report", "Shapes.csproj", "--runtime", "series.jsonl", "--json", "out.json");

        Assert.True(run.ExitCode == ExitCodes.Fine, run.Error);
        Assert.Contains("series.jsonl: 1 line left out", run.Error, StringComparison.Ordinal);
        Assert.Contains("1 confirmed", run.Output, StringComparison.Ordinal);
        var findings = JsonDocument
            .Parse(folder["out.json"])
            .RootElement.GetProperty("runtime")
            .GetProperty("findings")
            .EnumerateArray()
            .ToList();
        var confirmed = Assert.Single(findings, static f => f.GetProperty("verdict").GetString() == "confirmed");
        Assert.Equal("GET /second", confirmed.GetProperty("name").GetString());
        Assert.Equal(1, confirmed.GetProperty("units").GetInt32());
        Assert.Contains(
            findings,
            static f => f.TryGetProperty("because", out var because) && because.GetString() == "its reads were not seen to run"
        );

        var missing = await folder.ToolAsync("report", "Shapes.csproj", "--runtime", "none.jsonl");
        Assert.Equal(ExitCodes.WrongUsage, missing.ExitCode);
        Assert.Contains("--runtime none.jsonl cannot be read", missing.Error, StringComparison.Ordinal);
    }

    private static async Task<Folder> ShopAsync()
    {
        var folder = new Folder();
        folder["Shop.csproj"] = """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="Dapper" Version="2.1.66" /></ItemGroup>
            </Project>
            """;
        folder["Orders.cs"] = Orders;
        folder["MonotonicReads.Baseline.txt"] = "MR1001 M:Orders.Old\n";
        await folder.DotnetAsync("restore", "--nologo", "-v", "q");
        return folder;
    }
}
