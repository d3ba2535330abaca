using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MonotonicReads.Cluster.Tests.Sample;

/// <summary>A sample that serves, started as users start it; what it wrote, and its address.</summary>
internal sealed partial class SampleProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SampleProcess(ProcessStartInfo start)
    {
        _process = Process.Start(start)!;
        _process.EnableRaisingEvents = true;
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"It ended at once: {Output}"));
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public Uri Address => _address.Task.Result;

    public static async Task<SampleProcess> StartAsync(string sample, params string[] arguments)
    {
        var process = new SampleProcess(
            new ProcessStartInfo("dotnet", [ProgramOf(sample), .. arguments])
            {
                WorkingDirectory = FolderOf(sample),
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        );
        try
        {
            await process._address.Task;
            return process;
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>One that ends by itself.</summary>
    /// <returns>Its exit code, and what it wrote, errors too.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(string sample, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", [ProgramOf(sample), .. arguments])
            {
                WorkingDirectory = FolderOf(sample),
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync() + await errors;
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }

    public static string ProgramOf(string sample)
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory); // tests/Cluster.Tests/bin/CONFIGURATION/net10.0/
        return Path.Combine(FolderOf(sample), "bin", output.Parent!.Name, output.Name, $"{sample}.dll");
    }

    /// <summary>Ends it as a service manager would; all that it has to say is in <see cref="Output"/> then.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await EndAsync();
        }

        _process.Dispose();
    }

    private static string FolderOf(string sample) =>
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../samples", sample));

    private void Note(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (line is not null && AddressPattern().Match(line) is { Success: true } found)
        {
            _address.TrySetResult(new Uri(found.Value));
        }
    }

    [GeneratedRegex("http://127.0.0.1:[0-9]+")]
    private static partial Regex AddressPattern();
}
