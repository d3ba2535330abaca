using System.CommandLine;
using MonotonicReads.Cli.Checking;
using MonotonicReads.Cli.Output;

namespace MonotonicReads.Cli.Commands;

/// <summary><c>check CONNECTION...</c>: the topology lint from a shell.</summary>
internal static class CheckCommand
{
    public static Command Create(Terminal terminal)
    {
        var connections = new Argument<string[]>("CONNECTION")
        {
            Description = "The primary's connection string, then one for each replica, a name in front if you like: r1=Server=...",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var primary = new Option<string?>("--primary") { Description = "The primary's connection string.", HelpName = "CONNECTION" };
        var replicas = new Option<string[]>("--replica")
        {
            Description = "A replica: its name and connection string. May be given more than once.",
            HelpName = "NAME=CONNECTION",
        };
        var settings = new Option<string?>("--settings")
        {
            Description =
                "A JSON file with a data source in it, such as appsettings.json. Environment variables add to it, as in an application.",
            HelpName = "FILE",
        };
        var section = new Option<string?>("--section")
        {
            Description = "The section of the file, such as ConnectionStrings:Shop. Left out: the only one with Primary and Replicas.",
            HelpName = "PATH",
        };
        var password = new Option<string?>("--password-variable")
        {
            Description = "The environment variable with the password of connection strings that have none.",
            HelpName = "NAME",
        };
        var json = SharedOptions.Json();
        var command = new Command(
            "check",
            "Ask servers whether read sessions can keep their promises on them, and which grants are missing."
        )
        {
            connections,
            primary,
            replicas,
            settings,
            section,
            password,
            json,
        };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var request = RequestOf(
                    [.. parsed.GetValue(primary) is { } named ? [named] : Array.Empty<string>(), .. parsed.GetValue(connections) ?? []],
                    parsed.GetValue(replicas) ?? [],
                    parsed.GetValue(settings),
                    parsed.GetValue(section),
                    parsed.GetValue(password)
                );
                return await CheckRun.RunAsync(request, parsed.GetValue(json), terminal, cancellation);
            }
        );
        return command;
    }

    private static CheckRequest RequestOf(
        string[] connections,
        string[] replicas,
        string? settings,
        string? section,
        string? passwordVariable
    )
    {
        if (settings is null == connections.Length < 1 || (settings is not null && replicas.Length > 0))
        {
            throw CliException.WrongUsage(
                "Say which servers: --primary and --replica with their connection strings, or --settings with a file that has them."
            );
        }

        if (settings is null && section is not null)
        {
            throw CliException.WrongUsage("--section goes with --settings.");
        }

        return new(connections.FirstOrDefault(), [.. connections.Skip(1), .. replicas], settings, section, passwordVariable);
    }
}
