using System.CommandLine;

namespace MonotonicReads.Cli.Commands;

/// <summary>Arguments and options that mean the same in every command that has them.</summary>
internal static class SharedOptions
{
    public static Argument<string?> Solution() =>
        new("SOLUTION")
        {
            Description = "A .sln, .slnx, .slnf or .csproj, or a folder with one; this folder when left out.",
            Arity = ArgumentArity.ZeroOrOne,
        };

    public static Option<bool> Json() => new("--json") { Description = "Write the result as JSON to standard output." };

    public static Option<bool> IgnoreErrors() =>
        new("--ignore-errors")
        {
            Description = "Go on where a project does not load or compile. What stands in code that does not compile is not found.",
        };
}
