using System.CommandLine;

namespace MonotonicReads.Cli.Commands;

/// <summary>Options that mean the same in every command.</summary>
internal static class SharedOptions
{
    public static Option<bool> Json() => new("--json") { Description = "Write the result as JSON to standard output." };
}
