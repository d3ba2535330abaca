using System.Runtime.CompilerServices;

namespace MonotonicReads.Architecture.Tests.Sources;

/// <summary>Where the sources are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>With MONOTONIC_READS_WRITE_DOCS=1 the tests write what they otherwise compare.</summary>
    public static bool WritesDocs => Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1";

    public static string FullPath(string path) => Path.Combine(Root, path);

    private static string FindRoot([CallerFilePath] string file = "")
    {
        var folder = Path.GetDirectoryName(file);
        while (folder is not null && !File.Exists(Path.Combine(folder, "Analyzer.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException($"No Analyzer.sln above {file}.");
    }
}
