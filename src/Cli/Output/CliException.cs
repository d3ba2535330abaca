namespace MonotonicReads.Cli.Output;

/// <summary>Why a command cannot go on, told to the user as it is.</summary>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
/// <param name="message">What is wrong, and what to do.</param>
internal sealed class CliException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public static CliException WrongUsage(string message) => new(ExitCodes.WrongUsage, message);

    public static CliException NotLoaded(string message) => new(ExitCodes.NotLoaded, message);
}
