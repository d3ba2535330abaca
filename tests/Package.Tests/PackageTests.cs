using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MonotonicReads.Package.Tests;

[Collection(PackedOnce.Name)]
public class PackageTests(PackedPackage package)
{
    [Fact]
    public void The_package_holds_these_entries_and_no_others()
    {
        using var archive = ZipFile.OpenRead(package.Nupkg);
        var entries = archive
            .Entries.Select(e => e.FullName)
            .Where(n =>
                !n.StartsWith("_rels/", StringComparison.Ordinal)
                && !n.StartsWith("package/", StringComparison.Ordinal)
                && n != "[Content_Types].xml"
            );
        Assert.Equal(
            [
                "MonotonicReads.nuspec",
                "README.md",
                "analyzers/dotnet/roslyn4.8/cs/MonotonicReads.CodeFixes.dll",
                "analyzers/dotnet/roslyn4.8/cs/MonotonicReads.Generator.dll",
                "buildTransitive/net8.0/MonotonicReads.props",
                "buildTransitive/net8.0/MonotonicReads.targets",
                "buildTransitive/net8.0/config/error.globalconfig",
                "buildTransitive/net8.0/config/none.globalconfig",
                "buildTransitive/net8.0/config/suggest.globalconfig",
                "buildTransitive/net8.0/config/warn.globalconfig",
                "icon.png",
                "lib/net10.0/MonotonicReads.dll",
                "lib/net10.0/MonotonicReads.xml",
                "lib/net8.0/MonotonicReads.dll",
                "lib/net8.0/MonotonicReads.xml",
            ],
            entries.Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void It_depends_on_the_driver_and_abstractions_alone_and_never_on_the_compiler()
    {
        var nuspec = Nuspec();
        var ids = nuspec
            .Descendants()
            .Where(e => e.Name.LocalName == "dependency")
            .Select(e => e.Attribute("id")!.Value)
            .Distinct()
            .Order(StringComparer.Ordinal);
        Assert.Equal(
            [
                "Microsoft.Extensions.Configuration.Abstractions",
                "Microsoft.Extensions.DependencyInjection.Abstractions",
                "Microsoft.Extensions.Diagnostics.HealthChecks",
                "Microsoft.Extensions.Hosting.Abstractions",
                "Microsoft.Extensions.Logging.Abstractions",
                "Microsoft.Extensions.Options",
                "MySqlConnector",
                "System.IO.Hashing",
            ],
            ids
        );
        Assert.Equal("MIT", nuspec.Descendants().Single(e => e.Name.LocalName == "license").Value);
        Assert.Equal("icon.png", nuspec.Descendants().Single(e => e.Name.LocalName == "icon").Value);
        Assert.True(File.Exists(Path.ChangeExtension(package.Nupkg, ".snupkg")), "symbols are packed beside");
    }

    [Fact]
    public void The_package_for_web_requests_brings_the_package_and_nothing_else()
    {
        using var archive = ZipFile.OpenRead(package.AspNetCoreNupkg);
        Assert.Equal(
            [
                "lib/net10.0/MonotonicReads.AspNetCore.dll",
                "lib/net10.0/MonotonicReads.AspNetCore.xml",
                "lib/net8.0/MonotonicReads.AspNetCore.dll",
                "lib/net8.0/MonotonicReads.AspNetCore.xml",
            ],
            archive.Entries.Select(e => e.FullName).Where(n => n.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );

        var dependencies = Nuspec(package.AspNetCoreNupkg).Descendants().Where(e => e.Name.LocalName == "dependency").ToList();
        Assert.Equal(["MonotonicReads", "MonotonicReads"], dependencies.Select(e => e.Attribute("id")!.Value));
        Assert.All(dependencies, e => Assert.Equal($"[{package.Version}]", e.Attribute("version")!.Value));
        Assert.All(dependencies, e => Assert.Null(e.Attribute("exclude")));
    }

    [Fact]
    public void The_package_for_EF_Core_brings_the_package_and_Pomelo()
    {
        using var archive = ZipFile.OpenRead(package.EntityFrameworkCoreNupkg);
        Assert.Equal(
            [
                "lib/net10.0/MonotonicReads.EntityFrameworkCore.dll",
                "lib/net10.0/MonotonicReads.EntityFrameworkCore.xml",
                "lib/net8.0/MonotonicReads.EntityFrameworkCore.dll",
                "lib/net8.0/MonotonicReads.EntityFrameworkCore.xml",
            ],
            archive.Entries.Select(e => e.FullName).Where(n => n.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
        );

        var dependencies = Nuspec(package.EntityFrameworkCoreNupkg).Descendants().Where(e => e.Name.LocalName == "dependency").ToList();
        Assert.Equal(
            ["MonotonicReads", "MonotonicReads", "Pomelo.EntityFrameworkCore.MySql", "Pomelo.EntityFrameworkCore.MySql"],
            dependencies.Select(e => e.Attribute("id")!.Value).Order(StringComparer.Ordinal)
        );
        Assert.All(
            dependencies.Where(e => e.Attribute("id")!.Value == "MonotonicReads"),
            e => Assert.Equal(($"[{package.Version}]", null), (e.Attribute("version")!.Value, e.Attribute("exclude")?.Value))
        );
    }

    [Fact]
    public async Task A_web_project_with_its_package_alone_has_sessions_and_the_analyzer()
    {
        var folder = package.Copy("Requests");
        var build = await package.BuildAsync(folder);
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Matches(@"Program\.cs\(25,28\): warning MR1001: 'CountOpenAsync' makes 2 sequential replica reads", build.Output);
        var run = await package.DotnetAsync(folder, "run", "--no-build");
        Assert.Equal("page: Monotonic\norders: Causal\n", run.Output.ReplaceLineEndings("\n"));
    }

    [Fact]
    public async Task An_application_compiled_ahead_of_time_has_no_warning_of_ours_and_runs()
    {
        var folder = package.Copy("Native");
        var published = await package.DotnetAsync(
            folder,
            "publish",
            "-c",
            "Release",
            "--use-current-runtime",
            "-o",
            "out",
            "-nologo",
            "-v",
            "m",
            "-p:NoWarn=NU1603"
        );
        Assert.True(published.ExitCode == 0, published.Output);
        Assert.DoesNotMatch("IL[23][0-9]+.*MonotonicReads|MonotonicReads.*warning IL[23]", published.Output);
        var run = await PackedPackage.RunAsync(Path.Combine(folder, "out", "Native"), folder);
        Assert.Equal(
            "from configuration: primary r1\nrepository: ConsistentServerNames, ConsistentBox`1\nevery series on one replica: True, replicas used: r1 r2\nresumed: True, Causal\n",
            run.Output.ReplaceLineEndings("\n")
        );
        Assert.False(File.Exists(Path.Combine(folder, "out", "Native.dll")), "it was not compiled ahead of time");
    }

    [Fact]
    public async Task A_project_with_two_reads_warns_and_the_packaged_fix_settles_it()
    {
        var folder = package.Copy("Warns");
        var build = await package.BuildAsync(folder);
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Matches(@"Orders\.cs\(14,28\): warning MR1001: 'CountOpenAsync' makes 2 sequential replica reads", build.Output);
        Assert.Single(Regex.Matches(build.Output, "warning MR1001").Select(m => LineOf(build.Output, m.Index)).Distinct());

        var format = await package.DotnetAsync(
            folder,
            "format",
            "analyzers",
            "--diagnostics",
            "MR1001",
            "--severity",
            "warn",
            "--no-restore"
        );
        Assert.True(format.ExitCode == 0, format.Output);
        Assert.Contains("[Monotonic]", await File.ReadAllTextAsync(Path.Combine(folder, "Orders.cs")), StringComparison.Ordinal);
        var again = await package.BuildAsync(folder, "--no-incremental");
        Assert.True(again.ExitCode == 0, again.Output);
        Assert.DoesNotContain("MR1001", again.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("MR2001", again.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", 0, false, false)]
    [InlineData("suggest", 0, false, false)]
    [InlineData("Warn", 0, true, false)]
    [InlineData("error", 1, false, true)]
    public async Task Enforcement_sets_the_severity(string enforcement, int exitCode, bool warns, bool fails)
    {
        var folder = package.Copy("Warns", "Warns-" + enforcement);
        var build = await package.BuildAsync(folder, "-p:MonotonicReadsEnforcement=" + enforcement);
        Assert.True(build.ExitCode == exitCode, build.Output);
        Assert.Equal(warns, build.Output.Contains("warning MR1001", StringComparison.Ordinal));
        Assert.Equal(fails, build.Output.Contains("error MR1001", StringComparison.Ordinal));
        Assert.DoesNotContain("MR3001", build.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(".editorconfig", "root = true\n[*.cs]\n")]
    [InlineData(".globalconfig", "is_global = true\n")]
    public async Task The_users_own_severity_wins_over_enforcement(string file, string head)
    {
        var folder = package.Copy("Warns", "Warns-own" + file);
        await File.WriteAllTextAsync(Path.Combine(folder, file), head + "dotnet_diagnostic.MR1001.severity = none\n");
        var build = await package.BuildAsync(folder, "-p:MonotonicReadsEnforcement=error");
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.DoesNotContain("MR1001", build.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_enforcement_is_named_with_what_is_allowed()
    {
        var folder = package.Copy("Warns", "Warns-unknown");
        var build = await package.BuildAsync(folder, "-p:MonotonicReadsEnforcement=strict");
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.Contains(
            "warning MR3001: MonotonicReadsEnforcement is 'strict'; allowed are none, suggest, warn and error.",
            build.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_project_without_data_library_is_silent()
    {
        var build = await package.BuildAsync(package.Copy("Silent"), "-warnaserror");
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.DoesNotContain("MR", Regex.Replace(build.Output, "(?m)^.*->.*$", ""), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrapped_repository_runs_and_stays_on_one_replica()
    {
        var folder = package.Copy("Pins");
        var build = await package.BuildAsync(folder);
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.DoesNotContain("warning", build.Output, StringComparison.Ordinal);
        var run = await package.DotnetAsync(folder, "run", "--no-build");
        Assert.Equal(
            "repository: ConsistentServerNames\nevery series on the replica that WeightedModulo names: True\nreplicas used by 200 series: r1 r2 r3\n",
            run.Output.ReplaceLineEndings("\n")
        );
    }

    /// <summary>It names neither the package beneath, nor a driver, nor SQLite.</summary>
    [Fact]
    public async Task A_test_project_with_the_package_of_tests_alone_holds_replicas_and_finds_assignments()
    {
        var folder = package.Copy("Tests");
        var build = await package.BuildAsync(folder);
        Assert.True(build.ExitCode == 0, build.Output);
        var tested = await package.DotnetAsync(folder, "test", "--no-build", "-nologo", "--logger", "console;verbosity=normal");
        Assert.True(tested.ExitCode == 0, tested.Output);
        Assert.Matches("Passed: +3", tested.Output);
    }

    [Fact]
    public void The_tool_brings_all_that_it_needs_for_each_runtime()
    {
        using var archive = ZipFile.OpenRead(package.CliNupkg);
        var entries = archive.Entries.Select(e => e.FullName).ToList();
        foreach (var runtime in new[] { "net8.0", "net10.0" })
        {
            Assert.Contains($"tools/{runtime}/any/DotnetToolSettings.xml", entries);
            Assert.Contains($"tools/{runtime}/any/MonotonicReads.Cli.dll", entries);
            Assert.Contains($"tools/{runtime}/any/MonotonicReads.Generator.dll", entries);
            Assert.Contains($"tools/{runtime}/any/BuildHost-netcore/Microsoft.CodeAnalysis.Workspaces.MSBuild.BuildHost.dll", entries);
        }

        Assert.Contains("README.md", entries);
        Assert.Contains("icon.png", entries);
        Assert.True(File.Exists(Path.ChangeExtension(package.CliNupkg, ".snupkg")), "symbols are packed beside");
        var nuspec = Nuspec(package.CliNupkg);
        Assert.Equal("DotnetTool", nuspec.Descendants().Single(e => e.Name.LocalName == "packageType").Attribute("name")!.Value);
        Assert.DoesNotContain(nuspec.Descendants(), e => e.Name.LocalName == "dependency");
    }

    [Fact]
    public async Task The_tool_writes_a_baseline_with_which_a_build_at_error_is_quiet()
    {
        var folder = package.Folder();
        Write(
            "Shop.slnx",
            """<Solution><Project Path="Shop/Shop.csproj" /><Project Path="Clean/Clean.csproj" /><Project Path="Basic/Basic.vbproj" /></Solution>"""
        );
        Write(
            "Shop/Shop.csproj",
            Project(
                """<PackageReference Include="MonotonicReads.AspNetCore" Version="$(MonotonicReadsVersion)" /><PackageReference Include="Dapper" Version="2.1.66" />"""
            )
        );
        Write("Shop/Orders.cs", Orders("Old"));
        Write("Clean/Clean.csproj", Project(""));
        Write("Clean/Clean.cs", "class Clean;");
        Write("Basic/Basic.vbproj", Project(""));
        await SucceedsAsync("new", "tool-manifest");
        await SucceedsAsync("tool", "install", "MonotonicReads.Cli", "--version", package.Version);
        await SucceedsAsync("restore", "Shop.slnx");

        var failing = await package.BuildAsync(folder, "Shop/Shop.csproj", "-p:MonotonicReadsEnforcement=error");
        Assert.Contains("error MR1001: 'Old'", failing.Output, StringComparison.Ordinal);
        var written = await SucceedsAsync("monotonic-reads", "baseline");
        Assert.Contains("Shop/MonotonicReads.Baseline.txt: written with 1 line", written, StringComparison.Ordinal);
        Assert.Contains("Left out: Basic/Basic.vbproj (Visual Basic is not read by the rules)", written, StringComparison.Ordinal);
        Assert.EndsWith(
            "MR1001 M:Shop.Orders.Old\n",
            File.ReadAllText(Path.Combine(folder, "Shop/MonotonicReads.Baseline.txt")),
            StringComparison.Ordinal
        );

        // Quiet at error, and still in the build's own log.
        var build = await package.BuildAsync(
            folder,
            "Shop/Shop.csproj",
            "-p:MonotonicReadsEnforcement=error",
            "-p:ErrorLog=build.sarif%2cversion=2.1"
        );
        Assert.True(build.ExitCode == 0, build.Output);
        Assert.DoesNotContain("MR", Regex.Replace(build.Output, "(?m)^.*->.*$", ""), StringComparison.Ordinal);
        using var log = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "Shop/build.sarif")));
        var result = Assert.Single(
            log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray(),
            static r => r.GetProperty("ruleId").GetString() == "MR1001"
        );
        Assert.Contains(
            "MonotonicReads.Baseline.txt accepts it",
            result.GetProperty("suppressions")[0].GetProperty("properties").GetProperty("suppressionType").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "M:Shop.Orders.Old",
            result.GetProperty("properties").GetProperty("customProperties").GetProperty("Member").GetString()
        );

        await SucceedsAsync("monotonic-reads", "baseline", "--check");
        Write("Shop/Orders.cs", Orders("New"));
        var check = await package.DotnetAsync(folder, "monotonic-reads", "baseline", "--check");
        Assert.True(check.ExitCode == 1, check.Output);
        Assert.Contains(
            "Shop/MonotonicReads.Baseline.txt:3: stale, does not occur: MR1001 M:Shop.Orders.Old",
            check.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("Shop/Orders.cs:6: new: MR1001: 'New' makes 2 sequential replica reads", check.Output, StringComparison.Ordinal);

        async Task<string> SucceedsAsync(params string[] arguments)
        {
            var run = await package.DotnetAsync(folder, arguments);
            Assert.True(run.ExitCode == 0, run.Output);
            return run.Output;
        }

        void Write(string file, string text)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.WriteAllText(Path.Combine(folder, file), text);
        }

        static string Orders(string name) =>
            $$"""
                using System.Data;
                using Dapper;
                namespace Shop;
                public class Orders(IDbConnection db)
                {
                    public void {{name}}() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
                }
                """;
    }

    [Theory]
    [InlineData("beside", "", "")]
    [InlineData("named", """<ItemGroup><AdditionalFiles Include="MonotonicReads.Members.Shop.txt" /></ItemGroup>""", "")]
    [InlineData("named later", "", """<ItemGroup><AdditionalFiles Include="MonotonicReads.Members.Shop.txt" /></ItemGroup>""")]
    public async Task Files_beside_the_project_are_read_once(string how, string project, string targets)
    {
        var folder = package.Folder();
        await File.WriteAllTextAsync(
            Path.Combine(folder, "Shop.csproj"),
            Project("""<PackageReference Include="MonotonicReads.AspNetCore" Version="$(MonotonicReadsVersion)" />""", project)
        );
        await File.WriteAllTextAsync(Path.Combine(folder, "Directory.Build.targets"), $"<Project>{targets}</Project>");
        await File.WriteAllTextAsync(Path.Combine(folder, "Shop.cs"), "class Shop;");
        await File.WriteAllTextAsync(Path.Combine(folder, "MonotonicReads.Members.Shop.txt"), "nonsense");
        await File.WriteAllTextAsync(Path.Combine(folder, "MonotonicReads.Baseline.txt"), "MR1001 M:Gone\n");
        var build = await package.BuildAsync(folder, "-p:ErrorLog=build.sarif%2cversion=2.1");
        Assert.True(build.ExitCode == 0, build.Output);
        using var log = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "build.sarif")));
        var results = log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray();
        Assert.Equal(
            (how, "MR3001 MR3002"),
            (
                how,
                string.Join(
                    ' ',
                    results
                        .Select(static r => r.GetProperty("ruleId").GetString())
                        .Where(static id => id!.StartsWith("MR", StringComparison.Ordinal))
                        .Order()
                )
            )
        );
    }

    private static string Project(string references, string more = "") =>
        $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><TargetFramework>net10.0</TargetFramework><NoWarn>$(NoWarn);NU1603</NoWarn></PropertyGroup>
              <ItemGroup>{references}</ItemGroup>
              {more}
            </Project>
            """;

    private static string LineOf(string text, int index)
    {
        var start = text.LastIndexOf('\n', index) + 1;
        var end = text.IndexOf('\n', index);
        return text[start..(end < 0 ? text.Length : end)].Trim();
    }

    private XDocument Nuspec() => Nuspec(package.Nupkg);

    private static XDocument Nuspec(string nupkg)
    {
        using var archive = ZipFile.OpenRead(nupkg);
        using var stream = archive.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream);
    }
}
