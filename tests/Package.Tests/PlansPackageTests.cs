using System.Text.RegularExpressions;

namespace MonotonicReads.Package.Tests;

/// <summary><c>MonotonicReads.Plans.txt</c> with the package as it is installed: the wrapper, the warnings, and what fixes write.</summary>
[Collection(PackedOnce.Name)]
public class PlansPackageTests(PackedPackage package)
{
    private const string File = "MonotonicReads.Plans.txt";
    private const string Page = "M:Shop.Orders.Page = 2\n";
    private const string Gone = "M:Shop.Orders.Gone = 2\n";

    private const string Orders = """
        using System.Data;
        using Dapper;
        using MonotonicReads;
        namespace Shop;
        [Monotonic] public interface IOrders { void Page(); }
        public class Orders(IDbConnection db) : IOrders
        {
            public void Page() { db.Query("SELECT a FROM t"); db.Query("SELECT b FROM t"); }
        }
        """;

    [Theory]
    [InlineData(File)]
    [InlineData("monotonicreads.plans.txt")]
    public async Task The_wrapper_carries_the_plan_of_the_file_beside_the_project(string name)
    {
        var folder = Shop("Shop");
        var build = await BuildAsync(folder, "-p:EmitCompilerGeneratedFiles=true");
        Assert.DoesNotContain("Reads = 2", Generated(folder), StringComparison.Ordinal);
        Assert.DoesNotContain("MR1006", build, StringComparison.Ordinal);

        Write(folder, name, Page + Gone);
        build = await BuildAsync(folder, "-p:EmitCompilerGeneratedFiles=true");
        Assert.Contains("ReadSessionOptions Reads2 = new() { Reads = 2 };", Generated(folder), StringComparison.Ordinal);
        Assert.Matches(name + @"\(2,1\): warning MR1006: 'M:Shop\.Orders\.Gone' is planned with 2 .*there is no such method", build);
        Assert.Single(Regex.Matches(build, "warning MR1006").Select(m => build[..m.Index].Split('\n')[^1]).Distinct());

        Write(folder, name, Page.Replace('2', '3'));
        Assert.Matches(@"Orders\.cs\(8,17\): warning MR1006: 'Page' is planned with 3", await BuildAsync(folder));
    }

    /// <summary>What another build may need is left to the command.</summary>
    [Fact]
    public async Task Lines_of_another_framework_or_project_break_no_build()
    {
        var several = Shop("Shop", "<TargetFrameworks>net8.0;net10.0</TargetFrameworks>");
        Write(several, File, Page + "M:Shop.Ten.Get = 2\n");
        Assert.DoesNotContain("MR1006", await BuildAsync(several, "-p:TreatWarningsAsErrors=true"), StringComparison.Ordinal);

        var beside = Shop("Shop");
        Write(beside, "Store.csproj", System.IO.File.ReadAllText(Path.Combine(beside, "Shop.csproj")));
        Write(beside, File, Page + "M:Store.Orders.Get = 2\n");
        Assert.DoesNotContain("MR1006", await BuildAsync(beside, "Shop.csproj", "-p:TreatWarningsAsErrors=true"), StringComparison.Ordinal);
        Write(beside, File, Page + Gone);
        Assert.Contains("MR1006", await BuildAsync(beside, "Shop.csproj"), StringComparison.Ordinal);

        var above = Shop("Shop", more: "<ItemGroup><AdditionalFiles Include=\"../MonotonicReads.Plans.txt\" /></ItemGroup>");
        Write(Path.GetDirectoryName(above)!, File, Page + "M:Store.Orders.Get = 2\n");
        Assert.DoesNotContain("MR1006", await BuildAsync(above, "-p:TreatWarningsAsErrors=true"), StringComparison.Ordinal);
    }

    /// <summary>The command line's fixes change a file that is there and make none: then the argument is written, where there is room.</summary>
    [Fact]
    public async Task Format_fills_a_file_that_is_there_and_makes_none()
    {
        var kept = Shop("Shop");
        Write(kept, File, "# ours\n");
        await FormatAsync(kept);
        Assert.Equal("# ours\n" + Page, System.IO.File.ReadAllText(Path.Combine(kept, File)));

        var none = Shop("Shop");
        await FormatAsync(none);
        Assert.False(System.IO.File.Exists(Path.Combine(none, File)));
        Assert.Equal(Orders, System.IO.File.ReadAllText(Path.Combine(none, "Orders.cs")));

        var own = Orders.Replace("    public void Page", "    [Monotonic] public void Page", StringComparison.Ordinal);
        foreach (var folder in new[] { kept, none })
        {
            Write(folder, "Orders.cs", own);
        }

        Write(kept, File, "");
        await FormatAsync(kept);
        Assert.Equal(Page, System.IO.File.ReadAllText(Path.Combine(kept, File)));
        Assert.Equal(own, System.IO.File.ReadAllText(Path.Combine(kept, "Orders.cs")));
        await FormatAsync(none);
        Assert.False(System.IO.File.Exists(Path.Combine(none, File)));
        Assert.Equal(
            own.Replace("    [Monotonic]", "    [Monotonic(Reads = 2)]", StringComparison.Ordinal),
            System.IO.File.ReadAllText(Path.Combine(none, "Orders.cs"))
        );
    }

    private async Task FormatAsync(string folder)
    {
        var restore = await package.DotnetAsync(folder, "restore", "-v", "q");
        Assert.True(restore.ExitCode == 0, restore.Output);
        string[] arguments = ["format", "analyzers", "--diagnostics", "MR1007", "--severity", "hidden", "--no-restore", "-v", "n"];
        var run = await package.DotnetAsync(folder, arguments);
        Assert.True(run.ExitCode == 0, run.Output);
    }

    private string Shop(string name, string framework = "<TargetFramework>net10.0</TargetFramework>", string more = "")
    {
        var folder = Path.Combine(package.Folder(), name);
        Write(
            folder,
            name + ".csproj",
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>{framework}<NoWarn>$(NoWarn);NU1603;MR2002</NoWarn></PropertyGroup>
              <ItemGroup>
                <PackageReference Include="MonotonicReads" Version="$(MonotonicReadsVersion)" />
                <PackageReference Include="Dapper" Version="2.1.66" />
              </ItemGroup>
              {more}
            </Project>
            """
        );
        Write(folder, "Orders.cs", Orders);
        return folder;
    }

    private async Task<string> BuildAsync(string folder, params string[] arguments)
    {
        var build = await package.BuildAsync(folder, ["--no-incremental", .. arguments]);
        Assert.True(build.ExitCode == 0, build.Output);
        return build.Output;
    }

    private static string Generated(string folder) =>
        Assert.Single(
            Directory.GetFiles(Path.Combine(folder, "obj"), "*.cs", SearchOption.AllDirectories).Select(System.IO.File.ReadAllText),
            static text => text.Contains("class ConsistentOrders", StringComparison.Ordinal)
        );

    private static void Write(string folder, string file, string text)
    {
        Directory.CreateDirectory(folder);
        System.IO.File.WriteAllText(Path.Combine(folder, file), text);
    }
}
