using System.Text.Json;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Tests.Plans;

/// <summary>The command on solutions as the SDK loads them.</summary>
public class PlansCommandTests
{
    private const string Header =
        "# How many reads a call makes, for the wrappers: as if the annotation said Reads = n.\n"
        + "# 'dotnet monotonic-reads plans' keeps it; MR1006 says where a line is wrong.\n";

    private const string A = "db.Query(\"SELECT a FROM t\"); ";
    private const string B = "db.Query(\"SELECT b FROM t\"); ";
    private const string C = "db.Query(\"SELECT c FROM t\"); ";

    private const string File = "Shop/MonotonicReads.Plans.txt";

    /// <summary>Annotations are known by their names.</summary>
    private const string Annotations = """
        namespace MonotonicReads;
        [System.AttributeUsage(System.AttributeTargets.All)]
        public sealed class MonotonicAttribute : System.Attribute { public int Reads { get; set; } }
        """;

    private static string Project(string properties = "<TargetFramework>net10.0</TargetFramework>") =>
        $"""
            <Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>{properties}</PropertyGroup><ItemGroup>
            <PackageReference Include="Dapper" Version="2.1.66" />
            <AdditionalFiles Include="MonotonicReads.Plans.txt" Condition="Exists('MonotonicReads.Plans.txt')" /></ItemGroup></Project>
            """;

    private static string Orders(string page, string more = "") =>
        "using System.Data;\nusing Dapper;\nusing MonotonicReads;\nnamespace Shop;\n"
        + "[Monotonic] public interface IOrders { void Page(int id); void Lines(); void Lazy(int[] ids); void Own(); }\n"
        + "public class Orders(IDbConnection db) : IOrders\n{\n"
        + $"public void Page(int id) {{ {page} }}\npublic void Lines() {{ {A}{B} }}\n"
        + $"public void Lazy(int[] ids) {{ foreach (var id in ids) {A} }}\n[Monotonic(Reads = 2)] public void Own() {{ {A}{B} }}\n{more}}}\n";

    [Fact]
    public async Task The_file_is_written_kept_and_checked()
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project();
        folder["Shop/Annotations.cs"] = Annotations;
        folder["Shop/Orders.cs"] = Orders(A + B + C);
        await folder.DotnetAsync("restore", "Shop/Shop.csproj", "-v", "q");

        var missing = await folder.ToolAsync("plans", "Shop", "--check");
        Assert.Equal(ExitCodes.Found, missing.ExitCode);
        Assert.False(folder.Has(File));
        Assert.Contains("Shop/Orders.cs:8: not planned: 'Page' makes at most 3 reads", missing.Output, StringComparison.Ordinal);
        Assert.Contains($"{File}: not there\n", missing.Output, StringComparison.Ordinal);

        var written = await folder.ToolAsync("plans", "Shop");
        Assert.Equal(
            (ExitCodes.Fine, $"{File}: 2 lines added, 2 lines in all\nFine: the plans say what is proved.\n"),
            (written.ExitCode, written.Output)
        );
        const string Plans = Header + "M:Shop.Orders.Lines = 2\nM:Shop.Orders.Page(System.Int32) = 3\n";
        Assert.Equal(Plans, folder[File]);

        var again = await folder.ToolAsync("plans", "Shop");
        Assert.Equal((ExitCodes.Fine, Plans), (again.ExitCode, folder[File]));
        Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("plans", "Shop", "--check")).ExitCode);

        // One read less, one series more, one method renamed away, one that repeats, one that its annotation plans, and nonsense.
        folder["Shop/Orders.cs"] = Orders(A + B, $"public void More() {{ }} [Monotonic] public void Extra() {{ {A}{B} }}\n")
            .Replace("void Own();", "void Own(); void Extra();", StringComparison.Ordinal);
        const string Wrong =
            "# ours\n\nM:Shop.Orders.Gone = 2\nM:Shop.Orders.Lazy(System.Int32[]) = 4\nM:Shop.Orders.Lines=9 # two\nM:Shop.Orders.Own = 2\n"
            + "nonsense\nM:Shop.Orders.Page(System.Int32) = 3\n";
        folder[File] = Wrong;
        var differs = await folder.ToolAsync("plans", "Shop", "--check");
        Assert.Equal((ExitCodes.Found, Wrong), (differs.ExitCode, folder[File]));
        Assert.Contains($"{File}:3: to be removed: 'M:Shop.Orders.Gone' is planned", differs.Output, StringComparison.Ordinal);
        Assert.Contains($"{File}:7: not understood: nonsense", differs.Output, StringComparison.Ordinal);
        Assert.Contains("Orders.cs:12: not planned: 'Extra'", differs.Output, StringComparison.Ordinal);
        Assert.Contains("Orders.cs:9: to be mended: 'Lines'", differs.Output, StringComparison.Ordinal);
        Assert.Contains("Orders.cs:10: to be removed: 'Lazy'", differs.Output, StringComparison.Ordinal);

        var updated = await folder.ToolAsync("plans", "Shop", "--update");
        Assert.Equal(ExitCodes.Found, updated.ExitCode);
        Assert.Contains($"{File}: 2 lines mended, 3 lines removed, 2 lines in all\n", updated.Output, StringComparison.Ordinal);
        const string Mended = "# ours\n\nM:Shop.Orders.Lines=2 # two\nnonsense\nM:Shop.Orders.Page(System.Int32) = 2\n";
        Assert.Equal(Mended, folder[File]);

        var all = await folder.ToolAsync("plans", "Shop", "--json");
        Assert.Equal(ExitCodes.Found, all.ExitCode);
        Assert.Equal(
            Mended.Replace("M:Shop.Orders.Lines", "M:Shop.Orders.Extra = 2\nM:Shop.Orders.Lines", StringComparison.Ordinal),
            folder[File]
        );
        using var json = JsonDocument.Parse(all.Output);
        var file = Assert.Single(json.RootElement.GetProperty("plans").EnumerateArray());
        Assert.Equal((1, 3), (file.GetProperty("added").GetInt32(), file.GetProperty("lines").GetInt32()));
        Assert.Equal("nonsense", Assert.Single(file.GetProperty("notUnderstood").EnumerateArray()).GetProperty("text").GetString());
    }

    [Fact]
    public async Task A_project_for_several_frameworks_has_the_number_of_the_one_that_reads_most()
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project("<TargetFrameworks>net8.0;net10.0</TargetFrameworks>");
        folder["Shop/Annotations.cs"] = Annotations;
        folder["Shop/Orders.cs"] = Orders(
                A + B,
                $"#if NET10_0\n[Monotonic] public void Extra() {{ {A}{B} }}\n#endif\n#if NET10_0_OR_GREATER\nvoid Ten() {{ }}\n#endif\n"
            )
            .Replace("void Own();", "void Own();\n#if NET10_0\nvoid Extra();\n#endif\n", StringComparison.Ordinal)
            .Replace(
                "namespace Shop;",
                "namespace Shop;\n#if NET10_0\nclass Rows { public const string More = \"SELECT a FROM t\"; }\n#endif",
                StringComparison.Ordinal
            );
        await folder.DotnetAsync("restore", "Shop/Shop.csproj", "-v", "q");
        Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("plans", "Shop")).ExitCode);
        const string Plans = Header + "M:Shop.Orders.Extra = 2\nM:Shop.Orders.Lines = 2\nM:Shop.Orders.Page(System.Int32) = 2\n";
        Assert.Equal(Plans, folder[File]);
        Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("plans", "Shop", "--check")).ExitCode);
        Assert.Equal((ExitCodes.Fine, Plans), ((await folder.ToolAsync("plans", "Shop", "--update")).ExitCode, folder[File]));
    }

    /// <summary>A line for one member twice, the first of them wrong, or its method gone: one run mends it, and says what it did.</summary>
    [Fact]
    public async Task Two_lines_for_one_member_are_mended_in_one_run()
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project();
        folder["Shop/Annotations.cs"] = Annotations;
        folder["Shop/Orders.cs"] = Orders(A + B + C);
        await folder.DotnetAsync("restore", "Shop/Shop.csproj", "-v", "q");
        folder[File] =
            "M:Shop.Orders.Gone = 2\nM:Shop.Orders.Gone = 3\nM:Shop.Orders.Lines = 2\nM:Shop.Orders.Lines = 4\n"
            + "M:Shop.Orders.Page(System.Int32) = 2\nM:Shop.Orders.Page(System.Int32) = 9\n";
        var run = await folder.ToolAsync("plans", "Shop");
        Assert.Equal("M:Shop.Orders.Lines = 2\nM:Shop.Orders.Page(System.Int32) = 3\n", folder[File]);
        Assert.Equal(
            (ExitCodes.Fine, $"{File}: 1 line mended, 4 lines removed, 2 lines in all\nFine: the plans say what is proved.\n"),
            (run.ExitCode, run.Output)
        );
        Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("plans", "Shop", "--check")).ExitCode);
    }

    /// <summary>One framework reads more, one repeats: each run leaves what the one before has written.</summary>
    [Fact]
    public async Task Frameworks_that_differ_do_not_undo_each_other()
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project("<TargetFrameworks>net8.0;net10.0</TargetFrameworks>")
            .Replace(
                "<ItemGroup>",
                "<ItemGroup><Compile Remove=\"*.ten.cs\" Condition=\"'$(TargetFramework)' == 'net8.0'\" />"
                    + "<Compile Remove=\"*.eight.cs\" Condition=\"'$(TargetFramework)' == 'net10.0'\" />",
                StringComparison.Ordinal
            );
        folder["Shop/Annotations.cs"] = Annotations;
        folder["Shop/Orders.eight.cs"] = Orders(A + B);
        folder["Shop/Orders.ten.cs"] = Orders(A + B + C)
            .Replace($"{{ {A}{B} }}\npublic void Lazy", $"{{ while (true) {{ {A}{B} }} }}\npublic void Lazy", StringComparison.Ordinal);
        await folder.DotnetAsync("restore", "Shop/Shop.csproj", "-v", "q");

        const string Page = "M:Shop.Orders.Page(System.Int32) = 3\n";
        foreach (
            var before in new[] { "", "M:Shop.Orders.Page(System.Int32) = 2\nM:Shop.Orders.Lines = 2\n", Page, Page.Replace('3', '7') }
        )
        {
            folder[File] = before;
            Assert.Equal((ExitCodes.Fine, Page), ((await folder.ToolAsync("plans", "Shop")).ExitCode, folder[File]));
            Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("plans", "Shop", "--check")).ExitCode);
        }
    }

    /// <summary>Two projects read one file, one of them has another beside it: each line is judged where it stands.</summary>
    [Fact]
    public async Task A_shared_file_and_a_second_one_are_kept_each()
    {
        using var folder = new Folder();
        foreach (var name in new[] { "Shop", "Store" })
        {
            folder[$"{name}/{name}.csproj"] = Project()
                .Replace("<ItemGroup>", "<ItemGroup><AdditionalFiles Include=\"../MonotonicReads.Plans.txt\" />", StringComparison.Ordinal);
            folder[$"{name}/Annotations.cs"] = Annotations;
            folder[$"{name}/Orders.cs"] = Orders(A + B).Replace("namespace Shop;", $"namespace {name};", StringComparison.Ordinal);
            folder[$"{name}/global.cs"] = "// nothing";
        }

        folder["All.slnx"] = "<Solution><Project Path=\"Shop/Shop.csproj\" /><Project Path=\"Store/Store.csproj\" /></Solution>";
        folder["MonotonicReads.Plans.txt"] = "M:Shop.Orders.Gone = 2\nM:Shop.Orders.Lines = 3\nM:Store.Orders.Lines = 2\n";
        folder[File] = "M:Shop.Orders.Lines = 4\nM:Shop.Orders.Page(System.Int32) = 5\n";
        await folder.DotnetAsync("restore", "All.slnx", "-v", "q");
        var run = await folder.ToolAsync("plans", "All.slnx");
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Equal(
            "M:Shop.Orders.Lines = 2\nM:Store.Orders.Lines = 2\nM:Store.Orders.Page(System.Int32) = 2\n",
            folder["MonotonicReads.Plans.txt"]
        );
        Assert.Equal("M:Shop.Orders.Page(System.Int32) = 2\n", folder[File]);
        Assert.Equal(ExitCodes.Fine, (await folder.ToolAsync("plans", "All.slnx", "--check")).ExitCode);
    }

    /// <summary>A project beside it was not loaded, and may be whom the line is for: numbers are mended, nothing goes as gone.</summary>
    [Fact]
    public async Task What_was_not_seen_is_not_gone()
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project();
        folder["Shop/Annotations.cs"] = Annotations;
        folder["Shop/Orders.cs"] = Orders(A + B + C);
        folder["Shop/Store.csproj"] = Project();
        await folder.DotnetAsync("restore", "Shop/Shop.csproj", "-v", "q");
        const string Gone = "M:Shop.Orders.Gone = 2\n";
        folder[File] = Gone + "M:Shop.Orders.Lines = 4\nM:Shop.Orders.Page(System.Int32) = 3\n";
        var run = await folder.ToolAsync("plans", "Shop/Shop.csproj");
        Assert.Equal(Gone + "M:Shop.Orders.Lines = 2\nM:Shop.Orders.Page(System.Int32) = 3\n", folder[File]);
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Contains("nothing is removed as gone, since Store.csproj may share it", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_not_UTF_8_stays_as_it_is()
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project();
        folder["Shop/Annotations.cs"] = Annotations;
        folder["Shop/Orders.cs"] = Orders(A + B);
        await folder.DotnetAsync("restore", "Shop/Shop.csproj", "-v", "q");
        byte[] latin = [.. "# f"u8, 0xFC, .. "r uns\n"u8];
        await System.IO.File.WriteAllBytesAsync(folder.Of(File), latin);
        var run = await folder.ToolAsync("plans", "Shop");
        Assert.Equal(ExitCodes.WrongUsage, run.ExitCode);
        Assert.Contains("is not UTF-8", run.Error, StringComparison.Ordinal);
        Assert.Equal(latin, await System.IO.File.ReadAllBytesAsync(folder.Of(File)));
    }

    [Fact]
    public async Task Nothing_to_plan_writes_nothing_and_two_modes_are_one_too_many()
    {
        using var folder = new Folder();
        folder["Shop/Shop.csproj"] = Project();
        folder["Shop/Annotations.cs"] = Annotations;
        folder["Shop/Orders.cs"] = "class Orders;";
        await folder.DotnetAsync("restore", "Shop/Shop.csproj", "-v", "q");
        var run = await folder.ToolAsync("plans", "Shop");
        Assert.Equal((ExitCodes.Fine, "Nothing is proved of any series: no plan is needed.\n"), (run.ExitCode, run.Output));
        Assert.False(folder.Has(File));
        Assert.Equal(ExitCodes.WrongUsage, (await folder.ToolAsync("plans", "Shop", "--check", "--update")).ExitCode);
    }
}
