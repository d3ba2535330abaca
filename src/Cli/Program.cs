using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli;

/// <summary>Where the tool begins.</summary>
internal static class Program
{
    public static Task<int> Main(string[] arguments) => CommandLine.RunAsync(arguments, Terminal.OfProcess(), CancellationToken.None);
}
