using System.Text;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Tests.Baselines;

/// <summary>A line whose finding may lie in what was not looked at stays, and is not called stale.</summary>
public class UnseenPartTests
{
    private const string Two = """db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t");""";

    private static string Project(string more = "") =>
        $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
              <ItemGroup><PackageReference Include="Dapper" Version="2.1.66" />{more}</ItemGroup>
            </Project>
            """;

    private static string Class(string name) =>
        $"using System.Data;\nusing Dapper;\npublic class {name}(IDbConnection db) {{ public void M() {{ {Two} }} }}\n";

    [Fact]
    public async Task A_project_that_shares_the_file_and_was_not_asked_for_keeps_its_lines()
    {
        using var folder = new Folder();
        const string Alone =
            "<EnableDefaultCompileItems>false</EnableDefaultCompileItems><BaseIntermediateOutputPath>obj/$(MSBuildProjectName)/</BaseIntermediateOutputPath>";
        folder["Both/Directory.Build.props"] =
            $"<Project><Import Project=\"../Directory.Build.props\" /><PropertyGroup>{Alone}</PropertyGroup></Project>";
        foreach (var name in new[] { "One", "Other" })
        {
            folder[$"Both/{name}.csproj"] = Project($"""<Compile Include="{name}.cs" />""");
            folder[$"Both/{name}.cs"] = Class(name);
            await folder.DotnetAsync("restore", $"Both/{name}.csproj", "-v", "q");
        }

        const string Lines = "MR1001 M:One.M # ours\nMR1001 M:Other.M # theirs\n";
        folder["Both/MonotonicReads.Baseline.txt"] = Lines;

        var check = await folder.ToolAsync("baseline", "Both/One.csproj", "--check");
        Assert.True(check.ExitCode == ExitCodes.Fine, check.Output + check.Error);
        Assert.Contains("1 line kept unseen, since Other.csproj may share it and was not loaded", check.Output, StringComparison.Ordinal);

        var update = await folder.ToolAsync("baseline", "Both/One.csproj", "--update");
        Assert.Equal((ExitCodes.Fine, Lines), (update.ExitCode, folder["Both/MonotonicReads.Baseline.txt"]));
    }

    [Fact]
    public async Task A_project_that_did_not_load_keeps_its_lines_and_others_lose_theirs()
    {
        using var folder = new Folder();
        const string Named = """<AdditionalFiles Include="../MonotonicReads.Baseline.txt" />""";
        folder["Shared/Shared.csproj"] = Project(Named);
        folder["Shared/Shared.cs"] = Class("Shared");
        folder["Own/Own.csproj"] = Project();
        folder["Own/Own.cs"] = Class("Own");
        folder["Gone/Gone.csproj"] = """<Project Sdk="No.Such.Sdk"></Project>""";
        folder["All.slnx"] = """
            <Solution>
              <Project Path="Shared/Shared.csproj" /><Project Path="Own/Own.csproj" /><Project Path="Gone/Gone.csproj" />
            </Solution>
            """;
        const string Root = "MR1001 M:Gone.M\nMR1001 M:Shared.M\n";
        folder["MonotonicReads.Baseline.txt"] = Root;
        folder["Own/MonotonicReads.Baseline.txt"] = "MR1001 M:Own.Before\nMR1001 M:Own.M\n";
        await folder.DotnetAsync("restore", "Shared", "-v", "q");
        await folder.DotnetAsync("restore", "Own", "-v", "q");

        var run = await folder.ToolAsync("baseline", "--update", "--ignore-errors");

        Assert.True(run.ExitCode == ExitCodes.Fine, run.Output + run.Error);
        Assert.Equal(Root, folder["MonotonicReads.Baseline.txt"]);
        Assert.Equal("MR1001 M:Own.M\n", folder["Own/MonotonicReads.Baseline.txt"]);
        Assert.Contains("1 line kept unseen, since Gone.csproj did not load", run.Output, StringComparison.Ordinal);
        Assert.Contains("What did not load or compile was not looked at.", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_cannot_be_kept_as_it_is_is_left_alone()
    {
        using var folder = new Folder();
        folder["Shop.csproj"] = Project();
        folder["Shop.cs"] = Class("Shop");
        await folder.DotnetAsync("restore", "-v", "q");
        var path = folder.Of("MonotonicReads.Baseline.txt");
        byte[] latin = [.. Encoding.Latin1.GetBytes("MR1001 M:Gone.M # r\u00e9sum\u00e9\n")];
        await File.WriteAllBytesAsync(path, latin);

        var other = await folder.ToolAsync("baseline", "--update");
        Assert.Equal(ExitCodes.WrongUsage, other.ExitCode);
        Assert.Contains("is not UTF-8", other.Error, StringComparison.Ordinal);
        Assert.Equal(latin, await File.ReadAllBytesAsync(path));

        File.Delete(path);
        Directory.CreateDirectory(path);
        var refused = await folder.ToolAsync("baseline");
        Assert.Equal(ExitCodes.WrongUsage, refused.ExitCode);
        Assert.Contains("MonotonicReads.Baseline.txt cannot be written", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(path + ".new"));
    }
}
