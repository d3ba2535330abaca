using System.Diagnostics;
using System.Reflection;

namespace MonotonicReads.Package.Tests;

/// <summary>The package as a user gets it: packed afresh, restored from a folder feed into an empty package cache.</summary>
public sealed class PackedPackage : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(20);

    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("monotonicreads-package-");

    public string Feed => Path.Combine(root.FullName, "feed");

    /// <summary>The freshly packed <c>MonotonicReads.VERSION.nupkg</c>.</summary>
    public string Nupkg { get; private set; } = "";

    /// <summary>The freshly packed <c>MonotonicReads.AspNetCore.VERSION.nupkg</c>.</summary>
    public string AspNetCoreNupkg { get; private set; } = "";

    /// <summary>The freshly packed <c>MonotonicReads.EntityFrameworkCore.VERSION.nupkg</c>.</summary>
    public string EntityFrameworkCoreNupkg { get; private set; } = "";

    /// <summary>The freshly packed <c>MonotonicReads.Testing.VERSION.nupkg</c>.</summary>
    public string TestingNupkg { get; private set; } = "";

    /// <summary>The freshly packed <c>MonotonicReads.Cli.VERSION.nupkg</c>.</summary>
    public string CliNupkg { get; private set; } = "";

    public string Version { get; private set; } = "";

    private string Home => Path.Combine(root.FullName, "home");

    public async Task InitializeAsync()
    {
        foreach (
            var project in new[] { "src/Runtime", "src/Runtime.AspNetCore", "src/Runtime.EntityFrameworkCore", "src/Testing", "src/Cli" }
        )
        {
            var packed = await DotnetAsync(
                RepositoryRoot,
                "pack",
                project,
                "-c",
                Metadata("Configuration"),
                "-o",
                Feed,
                "-nologo",
                "-v",
                "q"
            );
            Assert.True(packed.ExitCode == 0, packed.Output);
        }

        AspNetCoreNupkg = Assert.Single(Directory.GetFiles(Feed, "MonotonicReads.AspNetCore.*.nupkg"));
        Version = Path.GetFileNameWithoutExtension(AspNetCoreNupkg)["MonotonicReads.AspNetCore.".Length..];
        EntityFrameworkCoreNupkg = Assert.Single(Directory.GetFiles(Feed, "MonotonicReads.EntityFrameworkCore.*.nupkg"));
        TestingNupkg = Assert.Single(Directory.GetFiles(Feed, "MonotonicReads.Testing.*.nupkg"));
        CliNupkg = Assert.Single(Directory.GetFiles(Feed, "MonotonicReads.Cli.*.nupkg"));
        Nupkg = Assert.Single(
            Directory.GetFiles(Feed, "*.nupkg"),
            f => f != AspNetCoreNupkg && f != EntityFrameworkCoreNupkg && f != TestingNupkg && f != CliNupkg
        );
        Assert.Equal($"MonotonicReads.{Version}.nupkg", Path.GetFileName(Nupkg));
        await File.WriteAllTextAsync(
            Path.Combine(root.FullName, "nuget.config"),
            $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{Feed}" />
              </packageSources>
            </configuration>
            """
        );
        // The feeds and what else NuGet knows of the user hold there too.
        var home = Environment.GetEnvironmentVariable("DOTNET_CLI_HOME");
        var user = home is { Length: > 0 } ? home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Directory.CreateDirectory(Home);
        File.CreateSymbolicLink(Path.Combine(Home, ".nuget"), Directory.CreateDirectory(Path.Combine(user, ".nuget")).FullName);
        // Keeps settings of any folder above the temp folder out.
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "Directory.Build.props"), "<Project />");
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "Directory.Packages.props"), "<Project />");
    }

    public Task DisposeAsync()
    {
        root.Delete(recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>Copies a project of <c>Consumers</c> beside the feed; returns its folder.</summary>
    public string Copy(string consumer, string? asName = null)
    {
        var target = Path.Combine(root.FullName, asName ?? consumer);
        Directory.CreateDirectory(target);
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Consumers", consumer)))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        return target;
    }

    /// <summary>An empty folder beside the feed.</summary>
    public string Folder() => root.CreateSubdirectory(Path.GetRandomFileName()).FullName;

    public Task<(int ExitCode, string Output)> BuildAsync(string folder, params string[] arguments) =>
        DotnetAsync(folder, ["build", "-nologo", "-v", "m", "-p:NoWarn=NU1603", .. arguments]);

    public async Task<(int ExitCode, string Output)> DotnetAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder };
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        start.Environment["DOTNET_NOLOGO"] = "1";
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        start.Environment["MonotonicReadsVersion"] = Version;
        if (folder != RepositoryRoot)
        {
            start.Environment["NUGET_PACKAGES"] = Path.Combine(root.FullName, "packages");
            // Where a tool lies the SDK keeps by its version in the home, and keeps that place when the same version is installed elsewhere.
            start.Environment["DOTNET_CLI_HOME"] = Home;
            start.Environment["DOTNET_ADD_GLOBAL_TOOLS_TO_PATH"] = "0";
            start.Environment["DOTNET_GENERATE_ASPNET_CERTIFICATE"] = "0";
        }

        // Variables of the test host's own build and SDK resolution must not reach another build.
        foreach (
            var name in start
                .Environment.Keys.Where(k => k.StartsWith("MSBUILD", StringComparison.Ordinal) && k != "MSBUILDDISABLENODEREUSE")
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        return await RunAsync(start);
    }

    /// <summary>Runs a program.</summary>
    public static Task<(int ExitCode, string Output)> RunAsync(string program, string folder) =>
        RunAsync(new ProcessStartInfo(program) { WorkingDirectory = folder });

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(Limit);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} took longer than {Limit}.");
        }

        return (process.ExitCode, await output + await error);
    }

    private static string RepositoryRoot => Metadata("RepositoryRoot");

    private static string Metadata(string key) =>
        typeof(PackedPackage).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
