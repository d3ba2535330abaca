using System.IO.Compression;
using System.Reflection;
using System.Text.RegularExpressions;

namespace MonotonicReads.Package.Tests;

/// <summary>Where the packages install, what they ask for there, and what they say where they can do nothing.</summary>
[Collection(PackedOnce.Name)]
public partial class InstallTests(PackedPackage package)
{
    /// <summary>What an application may have pinned long ago: a package that asks for more would not restore beside it (NU1605).</summary>
    [Theory]
    [InlineData("net8.0", "8.0.2", "8.0.0")]
    [InlineData("net9.0", "9.0.0", "9.0.0")]
    [InlineData("net10.0", "10.0.0", "10.0.0")]
    public async Task It_installs_beside_the_first_versions_of_the_frameworks_packages(string framework, string abstractions, string others)
    {
        var project = Project(
            $"""
            <PackageReference Include="MonotonicReads.AspNetCore" Version="{package.Version}" />
            <PackageReference Include="Microsoft.Extensions.DependencyInjection.Abstractions" Version="{abstractions}" />
            <PackageReference Include="Microsoft.Extensions.Logging.Abstractions" Version="{abstractions}" />
            <PackageReference Include="Microsoft.Extensions.Options" Version="{others}" />
            <PackageReference Include="Microsoft.Extensions.Configuration.Abstractions" Version="{others}" />
            <PackageReference Include="Microsoft.Extensions.Hosting.Abstractions" Version="{others}" />
            <PackageReference Include="Microsoft.Extensions.Diagnostics.HealthChecks.Abstractions" Version="{others}" />
            """,
            framework,
            "csproj"
        );
        var restored = await package.DotnetAsync(project, "restore", "-nologo", "-v", "m", "-warnaserror", "-p:NoWarn=NU1603");
        Assert.True(restored.ExitCode == 0, restored.Output);
    }

    [Theory]
    [InlineData("net48")]
    [InlineData("netstandard2.0")]
    [InlineData("net6.0")]
    public async Task It_does_not_install_where_it_cannot_work(string framework)
    {
        string[] ids = ["MonotonicReads", "MonotonicReads.AspNetCore", "MonotonicReads.EntityFrameworkCore"];
        var references = ids.Select(id => $"""<PackageReference Include="{id}" Version="{package.Version}" />""");
        var project = Project(string.Concat(references), framework, "csproj");
        var restored = await package.DotnetAsync(project, "restore", "-nologo", "-v", "m", "-p:NoWarn=NU1603");
        Assert.NotEqual(0, restored.ExitCode);
        Assert.All(ids, id => Assert.Matches($"NU1202: .*{Regex.Escape(id)} {Regex.Escape(package.Version)}", restored.Output));
    }

    [Theory]
    [InlineData("vbproj", "Module.vb", "Module Shop\nSub Main()\nEnd Sub\nEnd Module", "VB")]
    [InlineData("fsproj", "Shop.fs", "module Shop\n[<EntryPoint>]\nlet main _ = 0", "F#")]
    public async Task Another_language_is_told_that_nothing_is_analysed(string extension, string file, string code, string language)
    {
        var project = Project(
            $"""
            <PackageReference Include="MonotonicReads" Version="{package.Version}" />
            <Compile Include="{file}" Condition="'$(Language)' == 'F#'" />
            """,
            "net10.0",
            extension,
            (file, code)
        );
        const string said = "MonotonicReads analyses and wraps C# alone";
        var built = await package.BuildAsync(project);
        Assert.True(built.ExitCode == 0, built.Output);
        // The terminal logger shows warnings and nothing less.
        Assert.Matches($"warning : Installed: {said}\\. In this project \\(language {language}\\)", built.Output);
        var silenced = await package.BuildAsync(project, "-p:MonotonicReadsSayLanguage=false", "--no-incremental");
        Assert.True(silenced.ExitCode == 0, silenced.Output);
        Assert.DoesNotContain(said, silenced.Output, StringComparison.Ordinal);
    }

    /// <summary>Whom it came to by another project, it tells so without a warning, which could break a build that asked for nothing.</summary>
    [Fact]
    public async Task Another_language_behind_a_C_sharp_project_gets_no_warning()
    {
        var library = Project(
            $"""<PackageReference Include="MonotonicReads" Version="{package.Version}" />""",
            "net10.0",
            "csproj",
            ("Library.cs", "public class Library { public static void Main() { } }"),
            ("Directory.Build.props", "<Project><PropertyGroup><AssemblyName>Library</AssemblyName></PropertyGroup></Project>")
        );
        var project = Project(
            $"""<ProjectReference Include="{Path.Combine(library, "Installed.csproj")}" />""",
            "net10.0",
            "vbproj",
            ("Module.vb", "Module Shop\nSub Main()\nEnd Sub\nEnd Module")
        );
        var built = await package.BuildAsync(project, "-warnaserror");
        Assert.True(built.ExitCode == 0, built.Output);
        Assert.Contains("MonotonicReads analyses and wraps C# alone", built.Output, StringComparison.Ordinal);
    }

    /// <summary>What the guide gives to copy, in a solution of old and new frameworks and of other languages.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_guides_way_to_install_everywhere_leaves_out_what_cannot_have_it(bool isCentral)
    {
        var guide = File.ReadAllText(Path.Combine(RepositoryRoot, "docs/guides/migrating.md"));
        var snippet = Fence()
            .Matches(guide)
            .Select(block => block.Groups["text"].Value)
            .Single(text => text.Contains("IsTargetFrameworkCompatible", StringComparison.Ordinal));
        const string version = " Version=\"...\"";
        var folder = package.Folder();
        File.WriteAllText(
            Path.Combine(folder, "Directory.Build.targets"),
            snippet.Replace(
                version,
                isCentral ? "" : version.Replace("...", package.Version, StringComparison.Ordinal),
                StringComparison.Ordinal
            )
        );
        File.WriteAllText(
            Path.Combine(folder, "Directory.Packages.props"),
            $"""
            <Project>
              <PropertyGroup>
                <ManagePackageVersionsCentrally>{isCentral}</ManagePackageVersionsCentrally>
              </PropertyGroup>
              <ItemGroup>
                <PackageVersion Include="MonotonicReads" Version="{package.Version}" />
              </ItemGroup>
            </Project>
            """
        );
        var (isThere, isNot) = ("public class Uses { [MonotonicReads.Monotonic] public virtual void Read() { } }", "public class Old { }");
        foreach (
            var (name, framework, source) in new[]
            {
                ("New.csproj", "<TargetFramework>net8.0</TargetFramework>", ("A.cs", isThere)),
                ("Old.csproj", "<TargetFramework>netstandard2.0</TargetFramework>", ("A.cs", isNot)),
                ("Both.csproj", "<TargetFrameworks>net10.0;netstandard2.0</TargetFrameworks>", ("A.cs", isNot)),
                ("Vb.vbproj", "<TargetFramework>net10.0</TargetFramework>", ("A.vb", "Public Class Shop\nEnd Class")),
            }
        )
        {
            var projects = Directory.CreateDirectory(Path.Combine(folder, Path.GetFileNameWithoutExtension(name))).FullName;
            File.WriteAllText(
                Path.Combine(projects, name),
                $"<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup>{framework}</PropertyGroup></Project>"
            );
            File.WriteAllText(Path.Combine(projects, source.Item1), source.Item2);
            var built = await package.BuildAsync(projects);
            Assert.True(built.ExitCode == 0, $"{name}: {built.Output}");
            Assert.DoesNotContain("C# alone", built.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_links_of_a_packages_README_work_outside_the_repository()
    {
        foreach (
            var (nupkg, source) in new[]
            {
                (package.Nupkg, "README.md"),
                (package.AspNetCoreNupkg, "src/Runtime.AspNetCore/README.md"),
                (package.EntityFrameworkCoreNupkg, "src/Runtime.EntityFrameworkCore/README.md"),
                (package.CliNupkg, "src/Cli/README.md"),
            }
        )
        {
            using var archive = ZipFile.OpenRead(nupkg);
            using var reader = new StreamReader(archive.GetEntry("README.md")!.Open());
            var readme = reader.ReadToEnd();
            Assert.All(Link().Matches(readme), link => Assert.Matches("^(https://|#)", link.Groups["to"].Value));

            // Nothing but the links has changed.
            var back = readme
                .Replace("https://github.com/monotonicreads/monotonicreads/blob/main/", "", StringComparison.Ordinal)
                .Replace("https://raw.githubusercontent.com/monotonicreads/monotonicreads/main/", "", StringComparison.Ordinal);
            var written = File.ReadAllText(Path.Combine(RepositoryRoot, source)).Replace("](../../", "](", StringComparison.Ordinal);
            Assert.Equal(written.TrimEnd(), back.ReplaceLineEndings("\n").TrimEnd());
            Assert.NotNull(archive.GetEntry("icon.png"));
            Assert.True(File.Exists(Path.ChangeExtension(nupkg, ".snupkg")), "symbols are packed beside");
        }
    }

    private static string RepositoryRoot =>
        typeof(PackedPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!;

    private string Project(string items, string framework, string extension, params (string Name, string Text)[] sources)
    {
        var folder = package.Folder();
        File.WriteAllText(
            Path.Combine(folder, "Installed." + extension),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>{framework}</TargetFramework>
                <OutputType>Exe</OutputType>
                <CheckEolTargetFramework>false</CheckEolTargetFramework>
              </PropertyGroup>
              <ItemGroup>
            {items}
              </ItemGroup>
            </Project>
            """
        );
        foreach (var file in sources)
        {
            File.WriteAllText(Path.Combine(folder, file.Name), file.Text);
        }

        return folder;
    }

    [GeneratedRegex("```xml\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"\]\((?<to>[^)]+)\)")]
    private static partial Regex Link();
}
