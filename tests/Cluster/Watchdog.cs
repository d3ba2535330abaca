using System.Diagnostics;

namespace MonotonicReads.Cluster;

/// <summary>
/// Ends a cluster, whatever happened to its owner. A small shell waits on a pipe whose only writer is this process. When
/// the pipe closes, by dispose, by exit or because the process was killed, the shell kills the servers of this cluster
/// and removes its directory. Ordinary teardown takes the same way, so every test tests it.
/// </summary>
/// <remarks>
/// PR_SET_PDEATHSIG would be shorter, but it follows the <i>thread</i> that started the child, and threads of the pool end
/// at any time.
/// </remarks>
internal sealed class Watchdog : IAsyncDisposable
{
    // A server first writes its process id and then looks for "stopping"; the watchdog first writes "stopping" and then
    // looks for process ids. So none that starts at the very end is missed. The directory on the command line makes sure
    // that an id which has been given to another process meanwhile is left alone.
    private const string WatchScript = """
        trap '' HUP INT TERM
        killed=
        cat >/dev/null
        : >"$1/stopping"
        for file in "$1"/*/pid; do
          pid=$(cat "$file") && grep -qF -- "$1" "/proc/$pid/cmdline" && kill -9 "$pid" && killed="$killed $pid"
        done
        tries=0
        for pid in $killed; do
          while [ "$tries" -lt 200 ] && grep -qs '^State:.[^ZX]' "/proc/$pid/status"; do
            tries=$((tries + 1))
            sleep 0.01
          done
        done
        tries=0
        while [ -e "$1" ] && [ "$tries" -lt 200 ]; do
          rm -rf -- "$1"
          tries=$((tries + 1))
          [ ! -e "$1" ] || sleep 0.05
        done
        """;

    private const string ServerScript = """
        root=$1
        shift
        echo $$ >"$root/pid"
        [ ! -e "$root/../stopping" ] || exit 1
        exec "$@" >>"$root/log" 2>&1 </dev/null
        """;

    private readonly Process _shell;
    private bool _isDisposed;

    private Watchdog(Process shell) => _shell = shell;

    public static Watchdog Over(string clusterDirectory) =>
        new(Start(redirectInput: true, "sh", "-c", $"exec >/dev/null 2>&1\n{WatchScript}", "cluster-watchdog", clusterDirectory));

    /// <summary>Starts a server so that the watchdog finds it. The process id is that of the server itself.</summary>
    public static Process StartServer(ServerPlace place, string program, IEnumerable<string> arguments) =>
        Start(redirectInput: false, ["sh", "-c", ServerScript, "cluster-server", place.Root, program, .. arguments]);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync().ConfigureAwait(false);
        _shell.Dispose();
    }

    // A session of its own: Ctrl+C in the terminal reaches the owner alone, and the watchdog does the rest.
    private static Process Start(bool redirectInput, params string[] command)
    {
        var start = new ProcessStartInfo("setsid", command) { RedirectStandardInput = redirectInput };
        return Process.Start(start) ?? throw new MariaDbClusterException($"{command[0]} could not be started.");
    }
}
