using System.Text.Json;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Tests.Baselines;

/// <summary>The command on solutions as the SDK loads them.</summary>
public class BaselineCommandTests
{
    private const string Dapper = """<ItemGroup><PackageReference Include="Dapper" Version="2.1.66" /></ItemGroup>""";

    private const string Two = """db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t");""";

    private const string Written = """db.Execute("INSERT INTO t VALUES (1)"); db.Query("SELECT b FROM t");""";

    private const string Header =
        "# Findings that were here before the rules: what is listed is quiet, what is new is reported.\n"
        + "# 'dotnet monotonic-reads baseline --update' removes what does not occur any more.\n";

    private const string Ten = "<TargetFramework>net10.0</TargetFramework>";

    private const string Empty = $"""<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>{Ten}</PropertyGroup></Project>""";

    private static string Project(string content = "", string properties = Ten) =>
        $"""<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>{properties}</PropertyGroup>{Dapper}{content}</Project>""";

    private static string Class(string name, string members) =>
        $"using System.Data;\nusing Dapper;\nnamespace Shop;\npublic class {name}(IDbConnection db)\n{{\n{members}\n}}\n";

    [Fact]
    public async Task Each_project_with_findings_gets_a_file_and_what_is_not_read_is_named()
    {
        using var folder = new Folder();
        folder["Shop.slnx"] = """
            <Solution>
              <Project Path="Shop/Shop.csproj" />
              <Project Path="Many/Many.csproj" />
              <Project Path="Clean/Clean.csproj" />
              <Project Path="Basic/Basic.vbproj" />
              <Project Path="Sharp/Sharp.fsproj" />
            </Solution>
            """;
        folder["Shop/Shop.csproj"] = Project("""<ItemGroup><ProjectReference Include="../Many/Many.csproj" /></ItemGroup>""");
        folder["Shop/Data/Orders.cs"] = Class(
            "Orders",
            $"public void Put() {{ {Written} }}\npublic void Show(int id) {{ {Two} }}\n"
                // A build knows nothing of what another project's method does.
                + "public void Across() { new Many(db).One(); new Many(db).One(); }"
        );
        folder["Many/Many.csproj"] = Project(properties: "<TargetFrameworks>net8.0;net10.0</TargetFrameworks>");
        folder["Many/Many.cs"] = Class(
            "Many",
            "public void One() => db.Query(\"SELECT a FROM t\");\n"
                + $"#if NET10_0\npublic void Ten() {{ {Two} }}\n#else\npublic void Eight() {{ {Two} }}\n#endif\n"
                + "public void Both() { One(); One(); }"
        );
        folder["Clean/Clean.csproj"] = Empty;
        folder["Clean/Clean.cs"] = "class Clean;";
        folder["Basic/Basic.vbproj"] = Empty;
        folder["Sharp/Sharp.fsproj"] = Empty;

        var early = await folder.ToolAsync("baseline");
        Assert.Equal(ExitCodes.NotLoaded, early.ExitCode);
        Assert.EndsWith("is not restored: run 'dotnet restore Shop.slnx' first.\n", early.Error, StringComparison.Ordinal);

        await folder.DotnetAsync("restore", "Shop.slnx", "-v", "q");
        var run = await folder.ToolAsync("baseline");
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Contains("Left out: Basic/Basic.vbproj (Visual Basic is not read by the rules)\n", run.Error, StringComparison.Ordinal);
        Assert.Contains("Left out: Sharp/Sharp.fsproj (F# is not read by the rules)\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(
            """
            Many/MonotonicReads.Baseline.txt: written with 3 lines
            Shop/MonotonicReads.Baseline.txt: written with 2 lines

              Left to mend   MR1001   MR1002   MR1003   all
            ─────────────────────────────────────────────────
              Many                2        1        0     3
              Shop/Data           1        0        1     2
              all                 3        1        1     5

            Fine: the baselines say what occurs, 5 lines.

            """,
            string.Join("\n", run.Output.Split('\n').Select(static line => line.TrimEnd()))
        );
        const string OfMany = Header + "MR1001 M:Shop.Many.Eight\nMR1001 M:Shop.Many.Ten\nMR1002 M:Shop.Many.Both\n";
        Assert.Equal(OfMany, folder["Many/MonotonicReads.Baseline.txt"]);
        Assert.Equal(
            Header + "MR1001 M:Shop.Orders.Show(System.Int32)\nMR1003 M:Shop.Orders.Put\n",
            folder["Shop/MonotonicReads.Baseline.txt"]
        );
        Assert.False(folder.Has("Clean/MonotonicReads.Baseline.txt"));

        var again = await folder.ToolAsync("baseline", "--json", "Shop.slnx");
        Assert.Equal((ExitCodes.Fine, OfMany), (again.ExitCode, folder["Many/MonotonicReads.Baseline.txt"]));
        using var json = JsonDocument.Parse(again.Output);
        var left = json.RootElement.GetProperty("left");
        Assert.Equal(5, left.GetProperty("total").GetInt32());
        Assert.Equal("""{"MR1001":3,"MR1002":1,"MR1003":1}""", JsonSerializer.Serialize(left.GetProperty("byRule")));
        Assert.Equal(
            ["Basic/Basic.vbproj", "Sharp/Sharp.fsproj"],
            json.RootElement.GetProperty("leftOut").EnumerateArray().Select(static p => p.GetProperty("path").GetString())
        );
        Assert.All(
            json.RootElement.GetProperty("baselines").EnumerateArray(),
            static b => Assert.Equal(0, b.GetProperty("added").GetInt32())
        );
    }

    [Fact]
    public async Task A_baseline_shrinks_by_update_and_grows_only_when_asked()
    {
        using var folder = new Folder();
        const string File = "MonotonicReads.Baseline.txt";
        folder["Shop.csproj"] = Project();
        folder["Orders.cs"] = Class(
            "Orders",
            $"public void Kept() {{ {Two} }}\n\npublic void New() {{ {Two} }}\npublic void Renamed() {{ {Two} }}"
        );
        // A user's order, blanks, comments and line ends.
        var before =
            "# Ours.\r\n\r\nMR1001 M:Shop.Orders.Rename   # SHOP-1\r\n# before March\r\n  MR1001   M:Shop.Orders.Kept # SHOP-2\r\nMR1003 M:Shop.Orders.Kept\r\n"
            + "MR9 nonsense\r\n# the end";
        folder[File] = before;
        await folder.DotnetAsync("restore", "-v", "q");

        var refused = await folder.ToolAsync("baseline");
        Assert.Equal((ExitCodes.WrongUsage, before), (refused.ExitCode, folder[File]));
        Assert.EndsWith(
            """
            MonotonicReads.Baseline.txt is there already, and differs from what occurs: 2 stale, 2 new, 1 not understood.
            Nothing was written. --check lists what differs, --update removes what is stale, --update --accept-new adds what is new too.

            """,
            refused.Error,
            StringComparison.Ordinal
        );

        var check = await folder.ToolAsync("baseline", "--check");
        Assert.Equal((ExitCodes.Found, before), (check.ExitCode, folder[File]));
        Assert.StartsWith(
            """
            MonotonicReads.Baseline.txt:7: not understood: MR9 nonsense
            MonotonicReads.Baseline.txt:3: stale, does not occur: MR1001 M:Shop.Orders.Rename; did it mean MR1001 M:Shop.Orders.Renamed?
            MonotonicReads.Baseline.txt:6: stale, does not occur: MR1003 M:Shop.Orders.Kept
            Orders.cs:8: new: MR1001: 'New' makes 2 sequential replica reads
            """,
            check.Output,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "\nMonotonicReads.Baseline.txt: 1 line left, 2 stale, 1 not understood, 2 new\n",
            check.Output,
            StringComparison.Ordinal
        );
        Assert.EndsWith(
            "\n2 stale, 1 not understood, 2 new. --update removes what is stale. Mend what is new, or accept it with --update --accept-new. "
                + "Mend or remove the lines that are not understood.\n",
            check.Output,
            StringComparison.Ordinal
        );

        var update = await folder.ToolAsync("baseline", "--update");
        Assert.Equal(ExitCodes.Found, update.ExitCode);
        Assert.Contains(
            "\nMonotonicReads.Baseline.txt: 2 lines removed, 1 line left, 1 not understood, 2 new\n",
            update.Output,
            StringComparison.Ordinal
        );
        const string Shrunk = "# Ours.\r\n\r\n# before March\r\n  MR1001   M:Shop.Orders.Kept # SHOP-2\r\nMR9 nonsense\r\n# the end";
        Assert.Equal(Shrunk, folder[File]);

        folder[File] = Shrunk.Replace("MR9 nonsense\r\n", "", StringComparison.Ordinal);
        var accepted = await folder.ToolAsync("baseline", "--update", "--accept-new");
        Assert.Equal(ExitCodes.Fine, accepted.ExitCode);
        Assert.Equal(
            "# Ours.\r\n\r\n# before March\r\n  MR1001   M:Shop.Orders.Kept # SHOP-2\r\n# the end\r\nMR1001 M:Shop.Orders.New\r\nMR1001 M:Shop.Orders.Renamed\r\n",
            folder[File]
        );
        Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("baseline", "--check")).ExitCode);
    }

    [Fact]
    public async Task It_holds_what_the_build_says()
    {
        using var folder = new Folder();
        const string Now =
            "int? _kept;\npublic int Kept() => _kept ??= db.QueryFirst<int>(\"SELECT a FROM t\");\n"
            + "public int Now() { db.Execute(\"DELETE FROM t\"); return Kept(); }";
        folder["Shop.csproj"] = Project(properties: Ten + "<NoWarn>$(NoWarn);MR1002</NoWarn>");
        folder[".editorconfig"] = """
            root = true
            [*.cs]
            dotnet_diagnostic.MR1001.severity = suggestion
            [Off/*.cs]
            dotnet_diagnostic.MR1001.severity = none
            [Loud/*.cs]
            dotnet_diagnostic.MR1012.severity = warning
            """;
        folder["Orders.cs"] = Class(
            "Orders",
            $"public void Suggested() {{ {Two} }}\n"
                + $"#pragma warning disable MR1001\npublic void Silenced() {{ {Two} }}\n#pragma warning restore MR1001\n"
                + "public void NoWarn() { A(); A(); } void A() => db.Query(\"SELECT a FROM t\");\n"
                + Now
        );
        folder["Loud/Loud.cs"] = Class("Loud", Now);
        folder["Off/Off.cs"] = Class("Off", $"public void None() {{ {Two} }}");
        folder["Gen.g.cs"] = "// <auto-generated/>\n" + Class("Generated", $"public void M() {{ {Two} }}");
        await folder.DotnetAsync("restore", "-v", "q");
        var run = await folder.ToolAsync("baseline");
        Assert.Equal(
            (ExitCodes.Fine, Header + "MR1001 M:Shop.Orders.Suggested\nMR1012 M:Shop.Loud.Now\n"),
            (run.ExitCode, folder["MonotonicReads.Baseline.txt"])
        );

        // An entry does not become stale by turning its rule off, nor by silencing it in the source too.
        folder["MonotonicReads.Baseline.txt"] +=
            "MR1001 M:Shop.Orders.Silenced\nMR1002 M:Shop.Orders.NoWarn\nMR1001 M:Shop.Off.None\nMR1001 M:Shop.Generated.M\nMR1012 M:Shop.Orders.Now\n";
        var check = await folder.ToolAsync("baseline", "--check");
        Assert.Equal(ExitCodes.Found, check.ExitCode);
        Assert.StartsWith(
            "MonotonicReads.Baseline.txt:8: stale, does not occur: MR1001 M:Shop.Generated.M\n",
            check.Output,
            StringComparison.Ordinal
        );
        Assert.Contains("\n1 stale, 0 not understood, 0 new.", check.Output, StringComparison.Ordinal);

        // What dotnet build -p: sets.
        folder["MonotonicReads.Baseline.txt"] = "";
        foreach (var (property, rules) in new[] { ("Some=thing", "MR1001 MR1012"), ("NoWarn=NU1603", "MR1001 MR1002 MR1012") })
        {
            var told = await folder.ToolAsync("baseline", "--check", "-p", property, "--json");
            using var json = JsonDocument.Parse(told.Output);
            Assert.Equal(
                rules.Split(' '),
                json.RootElement.GetProperty("baselines")[0]
                    .GetProperty("new")
                    .EnumerateArray()
                    .Select(static f => f.GetProperty("rule").GetString())
                    .Order()
            );
        }
    }

    [Fact]
    public async Task What_does_not_compile_ends_it_and_never_shrinks_a_baseline()
    {
        using var folder = new Folder();
        folder["Shop.csproj"] = Project();
        folder["Orders.cs"] = Class(
            "Orders",
            $"public void Fine() {{ {Two} }}\npublic void Broken() {{ db.Query(\"SELECT a FROM t\"); db.Query(\"SELECT b FROM t\", missing); }}"
        );
        const string Before = "MR1001 M:Shop.Orders.Broken\nMR1001 M:Shop.Orders.Gone\n";
        folder["MonotonicReads.Baseline.txt"] = Before;
        await folder.DotnetAsync("restore", "-v", "q");

        var run = await folder.ToolAsync("baseline", "--update");
        Assert.Equal((ExitCodes.NotLoaded, ""), (run.ExitCode, run.Output));
        Assert.Contains("Orders.cs(7,", run.Error, StringComparison.Ordinal);
        Assert.Contains("error CS0103: The name 'missing' does not exist", run.Error, StringComparison.Ordinal);
        Assert.Contains("\nShop cannot be compiled. ", run.Error, StringComparison.Ordinal);

        var ignoring = await folder.ToolAsync("baseline", "--update", "--ignore-errors");
        Assert.Equal((ExitCodes.Found, Before), (ignoring.ExitCode, folder["MonotonicReads.Baseline.txt"]));
        Assert.Contains("kept unseen, since Shop does not compile", ignoring.Output, StringComparison.Ordinal);
        Assert.Contains("Orders.cs:6: new: MR1001: 'Fine'", ignoring.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Projects_that_share_a_folder_share_the_file_and_linked_sources_count_for_each()
    {
        using var folder = new Folder();
        folder["Shop.slnx"] = """
            <Solution>
              <Project Path="Two/One.csproj" />
              <Project Path="Two/Other.csproj" />
              <Project Path="Linking/Linking.csproj" />
              <Project Path="Naming/Naming.csproj" />
            </Solution>
            """;
        const string Alone =
            "<EnableDefaultCompileItems>false</EnableDefaultCompileItems><BaseIntermediateOutputPath>obj/$(MSBuildProjectName)/</BaseIntermediateOutputPath>";
        folder["Two/Directory.Build.props"] =
            $"<Project><Import Project=\"../Directory.Build.props\" /><PropertyGroup>{Alone}</PropertyGroup></Project>";
        folder["Two/One.csproj"] = Project("""<ItemGroup><Compile Include="One.cs" /></ItemGroup>""");
        folder["Two/Other.csproj"] = Project("""<ItemGroup><Compile Include="Other.cs" /></ItemGroup>""");
        folder["Two/One.cs"] = Class("One", $"public void M() {{ {Two} }}");
        folder["Two/Other.cs"] = Class("Other", $"public void M() {{ {Two} }}");
        folder["Shared/Shared.shproj"] = "<Project />";
        folder["Shared/Shared.projitems"] = """
            <Project>
              <ItemGroup><Compile Include="$(MSBuildThisFileDirectory)Shared.cs" /></ItemGroup>
            </Project>
            """;
        folder["Shared/Shared.cs"] = Class("Shared", $"public void M() {{ {Two} }}");
        folder["Linking/Linking.csproj"] = Project(
            """<ItemGroup><Compile Include="../Two/One.cs" Link="One.cs" /></ItemGroup><Import Project="../Shared/Shared.projitems" />"""
        );
        folder["Naming/Naming.csproj"] = Project(
            """<ItemGroup><AdditionalFiles Include="../All/MonotonicReads.Baseline.txt" /></ItemGroup><Import Project="../Shared/Shared.projitems" />"""
        );
        folder["All/MonotonicReads.Baseline.txt"] = "";
        await folder.DotnetAsync("restore", "Shop.slnx", "-v", "q");

        // The file that a project names is there, and empty: it is as the user wants it.
        Assert.Equal(ExitCodes.WrongUsage, (await folder.ToolAsync("baseline")).ExitCode);
        Assert.False(folder.Has("Two/MonotonicReads.Baseline.txt"));
        var run = await folder.ToolAsync("baseline", "--update", "--accept-new");
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Equal(Header + "MR1001 M:Shop.One.M\nMR1001 M:Shop.Other.M\n", folder["Two/MonotonicReads.Baseline.txt"]);
        Assert.Equal(Header + "MR1001 M:Shop.One.M\nMR1001 M:Shop.Shared.M\n", folder["Linking/MonotonicReads.Baseline.txt"]);
        Assert.Equal("MR1001 M:Shop.Shared.M\n", folder["All/MonotonicReads.Baseline.txt"]);
        Assert.False(folder.Has("Naming/MonotonicReads.Baseline.txt"));
        Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("baseline", "--check")).ExitCode);
    }
}
