using System.Runtime.CompilerServices;

namespace MonotonicReads.Benchmarks.Peers.Results;

/// <summary>
/// How many lines somebody writes because there are replicas: those between two comments in the peer's source, but for blank ones,
/// comments and lone brackets. What is measured is the same source that is counted.
/// </summary>
internal static class UserLines
{
    private const string Begin = "// The user's lines:";
    private const string End = "// to here.";

    /// <summary>Of a peer's own file.</summary>
    public static int Of(Type peer) => Count(File.ReadAllText(Path.Combine(Folder(), "..", "Ways", $"{peer.Name}.cs")));

    /// <exception cref="InvalidDataException">The comments do not come in pairs, or there are none.</exception>
    public static int Count(string source)
    {
        var (count, pairs, isInside) = (0, 0, false);
        foreach (var line in source.Split('\n', StringSplitOptions.TrimEntries))
        {
            if (line is Begin or End)
            {
                isInside =
                    isInside != (line == Begin)
                        ? !isInside
                        : throw new InvalidDataException($"'{line}' stands where the other of the pair belongs.");
                pairs += isInside ? 0 : 1;
            }
            else if (isInside && line.Any(char.IsLetterOrDigit) && !line.StartsWith("//", StringComparison.Ordinal))
            {
                count++;
            }
        }

        return !isInside && pairs > 0 ? count : throw new InvalidDataException("The user's lines have no end, or are not marked.");
    }

    private static string Folder([CallerFilePath] string here = "") => Path.GetDirectoryName(here)!;
}
