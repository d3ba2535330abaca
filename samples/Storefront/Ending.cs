using System.Runtime.InteropServices;

namespace Storefront;

/// <summary>Ctrl+C, and what else asks a program to end: servers and files that were made for this run go first. Asked a second time it
/// ends as it is; the servers are gone then, too, since a watchdog sees to them.</summary>
internal sealed class Ending : IDisposable
{
    /// <summary>What shells expect of a program that was interrupted.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _signals;

    public Ending() =>
        _signals = [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal =>
                PosixSignalRegistration.Create(signal, End)
            ),
        ];

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (var signal in _signals)
        {
            signal.Dispose();
        }

        _source.Dispose();
    }

    private void End(PosixSignalContext context)
    {
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
