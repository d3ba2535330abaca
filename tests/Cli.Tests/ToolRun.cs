using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Tests;

/// <summary>A run of the tool in this process, without a terminal.</summary>
/// <param name="Output">What a pipe would get, its line ends <c>\n</c>.</param>
/// <param name="Error">What standard error would show, its line ends <c>\n</c>.</param>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    public static async Task<ToolRun> OfAsync(string workingDirectory, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var exitCode = await CommandLine.RunAsync(
            arguments,
            new Terminal(output, error, workingDirectory, static _ => null),
            CancellationToken.None
        );
        return new(exitCode, output.ToString(), error.ToString());
    }
}
