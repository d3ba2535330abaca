using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MonotonicReads.Cli.Commands;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli;

/// <summary>The tool as a function of its arguments.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line; returns one of <see cref="ExitCodes"/> and never throws.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation)
    {
        var parsed = Root(terminal).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await terminal.Error.WriteLineAsync(error.Message);
            }

            await terminal.Error.WriteLineAsync($"See: dotnet monotonic-reads {NameOf(parsed.CommandResult.Command)}--help");
            return ExitCodes.WrongUsage;
        }

        var invocation = new InvocationConfiguration
        {
            Output = terminal.Output,
            Error = terminal.Error,
            EnableDefaultExceptionHandler = false,
        };
        try
        {
            return await parsed.InvokeAsync(invocation, cancellation);
        }
        catch (CliException stopped)
        {
            await terminal.Error.WriteLineAsync(stopped.Message);
            return stopped.ExitCode;
        }
        catch (OperationCanceledException)
        {
            await terminal.Error.WriteLineAsync("Cancelled.");
            return ExitCodes.Cancelled;
        }
#pragma warning disable CA1031 // Whatever it is, a script must be able to tell it from findings.
        catch (Exception failure)
        {
            await terminal.Error.WriteLineAsync($"The tool failed; please report it with what follows.\n{failure}");
            return ExitCodes.Failed;
        }
#pragma warning restore CA1031
    }

    private static string NameOf(Command command) => command is RootCommand ? "" : command.Name + " ";

    private static RootCommand Root(Terminal terminal) =>
        new("Read consistency over replicas: baselines, plans, reports and checks from a shell.")
        {
            BaselineCommand.Create(terminal),
            PlansCommand.Create(terminal),
            ReportCommand.Create(terminal),
            ExplainCommand.Create(terminal),
            CheckCommand.Create(terminal),
        };
}
