using System.Globalization;
using System.Text.RegularExpressions;

namespace MonotonicReads.Cli.Explaining;

/// <summary>A place as a user gives it: <c>Orders.cs:12</c>, <c>src/Orders.cs:12:5</c>, or a build's <c>Orders.cs(12,5)</c>.</summary>
/// <param name="File">The file as it was written, with <c>/</c> between folders.</param>
/// <param name="Line">The line; null where only a file was given.</param>
internal sealed partial record SourcePlace(string File, int? Line)
{
    public static SourcePlace Parse(string text)
    {
        var match = Written().Match(text.Trim());
        return match.Success && int.TryParse(match.Groups["line"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var line)
            ? new(Slashes(match.Groups["file"].Value), line)
            : new(Slashes(text.Trim()), null);
    }

    /// <summary>Whether a path, relative to a repository's root, is the file: it ends with what was written.</summary>
    /// <param name="path">The path.</param>
    /// <param name="absolute">The same from the root of the disk.</param>
    /// <param name="workingDirectory">What the written file may be relative to.</param>
    public bool Means(string path, string absolute, string workingDirectory)
    {
        if (Slashes(Path.GetFullPath(Path.Combine(workingDirectory, File))) == Slashes(absolute))
        {
            return true;
        }

        var written = File.StartsWith("./", StringComparison.Ordinal) ? File[2..] : File;
        return path == written || path.EndsWith("/" + written, StringComparison.Ordinal);
    }

    private static string Slashes(string path) => path.Replace('\\', '/');

    [GeneratedRegex(@"^(?<file>.+?)(?::(?<line>\d+)(?::\d+)?|\((?<line>\d+)(?:,\d+)*\))$")]
    private static partial Regex Written();
}
