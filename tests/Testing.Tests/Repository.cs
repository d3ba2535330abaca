using System.Runtime.CompilerServices;

namespace MonotonicReads.Testing.Tests;

internal static class Repository
{
    /// <summary>With MONOTONIC_READS_WRITE_DOCS=1 the tests write what they otherwise compare.</summary>
    public static bool WritesDocs => Environment.GetEnvironmentVariable("MONOTONIC_READS_WRITE_DOCS") == "1";

    public static string PathOf(string path) => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", path));

    private static string Here([CallerFilePath] string here = "") => here;

    public static void IsAsWritten(string path, string begin, string end, string text)
    {
        var page = File.ReadAllText(PathOf(path));
        var from = page.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        IsAsWritten(path, page[..from] + text + page[page.IndexOf(end, StringComparison.Ordinal)..]);
    }

    public static void IsAsWritten(string path, string text)
    {
        if (WritesDocs)
        {
            File.WriteAllText(PathOf(path), text);
        }

        Assert.Equal(File.ReadAllText(PathOf(path)), text);
    }
}
