using System.Diagnostics;

namespace MonotonicReads.Cli.Tests;

/// <summary>A folder of its own with files in it, shielded from settings above; gone at the end.</summary>
internal sealed class Folder : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("monotonicreads-cli-");

    public Folder()
    {
        this["Directory.Build.props"] = """
            <Project>
              <PropertyGroup>
                <ImplicitUsings>enable</ImplicitUsings>
                <NoWarn>$(NoWarn);NU1603</NoWarn>
              </PropertyGroup>
            </Project>
            """;
        this["Directory.Build.targets"] = "<Project />";
        this["Directory.Packages.props"] = "<Project />";
    }

    public string Path => _root.FullName;

    /// <summary>The text of a file; folders come as they are needed.</summary>
    public string this[string file]
    {
        get => File.ReadAllText(Of(file));
        set
        {
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Of(file))!);
            File.WriteAllText(Of(file), value);
        }
    }

    public bool Has(string file) => File.Exists(Of(file));

    public string Of(string file) => System.IO.Path.Combine(Path, file);

    public Task<ToolRun> ToolAsync(params string[] arguments) => ToolRun.OfAsync(Path, arguments);

    /// <summary>The SDK's <c>dotnet</c> in this folder; must succeed.</summary>
    public async Task<string> DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await output + await error);
        return await output;
    }

    public void Dispose() => _root.Delete(recursive: true);
}
