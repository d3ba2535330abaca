using Spectre.Console;

namespace MonotonicReads.Cli.Output;

/// <summary>
/// Where a command writes: results to standard output, how it goes on and what is wrong to standard error. Colours and a progress bar only
/// where there is a terminal that takes them.
/// </summary>
internal sealed class Terminal
{
    private readonly Func<string, string?> _environment;

    /// <param name="output">Results.</param>
    /// <param name="error">Progress and errors.</param>
    /// <param name="workingDirectory">What relative paths are relative to.</param>
    /// <param name="environment">The environment's variables.</param>
    /// <param name="isOutputTerminal">Whether <paramref name="output"/> is one.</param>
    /// <param name="isErrorTerminal">Whether <paramref name="error"/> is one.</param>
    public Terminal(
        TextWriter output,
        TextWriter error,
        string workingDirectory,
        Func<string, string?> environment,
        bool isOutputTerminal = false,
        bool isErrorTerminal = false
    )
    {
        Output = output;
        Error = error;
        WorkingDirectory = workingDirectory;
        _environment = environment;
        Results = Console(output, isOutputTerminal);
        Messages = Console(error, isErrorTerminal);
        ShowsProgressBar = isErrorTerminal && !IsPlain;
    }

    /// <summary>Results as plain text.</summary>
    public TextWriter Output { get; }

    /// <summary>Progress and errors as plain text.</summary>
    public TextWriter Error { get; }

    /// <summary>Results with colours and tables.</summary>
    public IAnsiConsole Results { get; }

    /// <summary>Progress and errors with colours.</summary>
    public IAnsiConsole Messages { get; }

    public string WorkingDirectory { get; }

    /// <summary>Whether a bar is drawn; otherwise each step is a line.</summary>
    public bool ShowsProgressBar { get; }

    // https://no-color.org: present and not empty.
    private bool IsPlain => !string.IsNullOrEmpty(Variable("NO_COLOR")) || Variable("TERM") == "dumb";

    public static Terminal OfProcess() =>
        new(
            System.Console.Out,
            System.Console.Error,
            Directory.GetCurrentDirectory(),
            Environment.GetEnvironmentVariable,
            !System.Console.IsOutputRedirected,
            !System.Console.IsErrorRedirected
        );

    public string? Variable(string name) => _environment(name);

    /// <summary>A path as a user would write it: below the working directory relative to it, with the platform's separators.</summary>
    public string Shown(string path)
    {
        var relative = Path.GetRelativePath(WorkingDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    private IAnsiConsole Console(TextWriter writer, bool isTerminal)
    {
        var console = AnsiConsole.Create(
            new AnsiConsoleSettings
            {
                Out = new AnsiConsoleOutput(writer),
                Ansi = isTerminal && !IsPlain ? AnsiSupport.Detect : AnsiSupport.No,
                ColorSystem = isTerminal && !IsPlain ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
                Interactive = isTerminal && !IsPlain ? InteractionSupport.Detect : InteractionSupport.No,
            }
        );
        if (!isTerminal)
        {
            // A file has no width: nothing is to be wrapped for it.
            console.Profile.Width = 400;
            console.Profile.Capabilities.Unicode = true;
        }

        return console;
    }
}
