using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace MonotonicReads.Browser.Tests;

/// <summary>The command line and the samples, as they were built.</summary>
internal static class Tool
{
    /// <summary>The root of the repository.</summary>
    public static string Repository { get; } = Root();

    /// <summary>Runs <c>dotnet monotonic-reads</c> from the repository's root.</summary>
    /// <returns>What it wrote; on failure an exception with its errors.</returns>
    public static Task<string> RunAsync(params string[] arguments) => RunAsync(Repository, arguments);

    /// <summary>Runs <c>dotnet monotonic-reads</c>.</summary>
    /// <param name="folder">Where it is run.</param>
    /// <param name="arguments">Its own.</param>
    /// <returns>What it wrote; on failure an exception with its errors.</returns>
    public static Task<string> RunAsync(string folder, string[] arguments)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory); // tests/Browser.Tests/bin/CONFIGURATION/net10.0/
        var tool = Path.Combine(Repository, "src/Cli/bin", output.Parent!.Name, output.Name, "MonotonicReads.Cli.dll");
        return DotnetAsync(folder, [tool, .. arguments]);
    }

    /// <summary>Runs <c>dotnet</c>.</summary>
    /// <param name="folder">Where it is run.</param>
    /// <param name="arguments">Its own.</param>
    /// <returns>What it wrote; on failure an exception with its errors.</returns>
    public static async Task<string> DotnetAsync(string folder, string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", arguments)
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException(text + await errors);
    }

    private static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(here, "../../.."));
}
