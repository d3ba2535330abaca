using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Tests.Loading;

/// <summary>A warning of the restore is no reason to stop; a project that is not there is.</summary>
public class WhatLoadsTests
{
    private const string Dapper = """<PackageReference Include="Dapper" Version="2.1.66" />""";

    private const string Shop = """
        using System.Data;
        using Dapper;
        namespace Shop;
        public class Orders(IDbConnection db)
        {
            public void Show() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
        }
        """;

    private static string Project(string packages) =>
        $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup>{packages}</ItemGroup>
            </Project>
            """;

    [Fact]
    public async Task What_a_restore_warns_of_is_told_and_ends_nothing()
    {
        using var folder = new Folder();
        // Without a lowest version: NuGet warns of it (NU1604), and MSBuild repeats that at every load.
        folder["Shop/Shop.csproj"] = Project("""<PackageReference Include="Dapper" Version="(2.0.0,3.0)" />""");
        folder["Shop/Orders.cs"] = Shop;
        folder["Shop.slnx"] = """<Solution><Project Path="Shop/Shop.csproj" /></Solution>""";
        await folder.DotnetAsync("restore", "-v", "q");

        var run = await folder.ToolAsync("baseline");

        Assert.Equal((ExitCodes.Fine, ""), (run.ExitCode, run.ExitCode == ExitCodes.Fine ? "" : run.Error));
        Assert.Contains("All projects loaded. MSBuild said", run.Error, StringComparison.Ordinal);
        Assert.Contains("Dapper", run.Error, StringComparison.Ordinal);
        Assert.EndsWith("MR1001 M:Shop.Orders.Show\n", folder["Shop/MonotonicReads.Baseline.txt"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>")]
    [InlineData("<Project Sdk=\"No.Such.Sdk\"></Project>")]
    public async Task A_project_that_does_not_load_ends_it_and_is_named(string broken)
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project(Dapper);
        folder["Shop/Orders.cs"] = Shop;
        await folder.DotnetAsync("restore", "Shop", "-v", "q");
        folder["Shop.slnx"] = """<Solution><Project Path="Shop/Shop.csproj" /><Project Path="Gone/Gone.csproj" /></Solution>""";
        if (broken.Length > 0)
        {
            folder["Gone/Gone.csproj"] = broken;
        }

        var run = await folder.ToolAsync("baseline");

        Assert.Equal((ExitCodes.NotLoaded, ""), (run.ExitCode, run.Output));
        Assert.Contains("Gone/Gone.csproj did not load.\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("Shop.slnx did not load in full.", run.Error, StringComparison.Ordinal);
        Assert.False(folder.Has("Shop/MonotonicReads.Baseline.txt"));

        var ignoring = await folder.ToolAsync("report", "--ignore-errors");
        Assert.Equal(ExitCodes.Fine, ignoring.ExitCode);
        Assert.Contains("Not looked at: Gone/Gone.csproj did not load.", ignoring.Output, StringComparison.Ordinal);
    }
}
