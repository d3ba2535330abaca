using System.Globalization;
using System.Runtime.InteropServices;

namespace MonotonicReads.Cluster;

/// <summary>The signals that .NET does not send, and the process state they lead to.</summary>
internal static partial class Signals
{
    private const int Continue = 18;
    private const int Stop = 19;

    public static Task PauseAsync(int pid) => SendAsync(pid, Stop, isDone: state => state is 'T');

    public static Task ResumeAsync(int pid) => SendAsync(pid, Continue, isDone: state => state is not 'T');

    // A signal is delivered some time after kill(2) returns; who pauses a server must not see one more answer from it.
    private static async Task SendAsync(int pid, int signal, Func<char, bool> isDone)
    {
        if (Kill(pid, signal) != 0)
        {
            throw new MariaDbClusterException($"Signal {signal} to process {pid} failed with errno {Marshal.GetLastPInvokeError()}.");
        }

        for (var attempt = 0; attempt < 500; attempt++)
        {
            if (States(pid).All(isDone))
            {
                return;
            }

            await Task.Delay(10).ConfigureAwait(false);
        }

        throw new MariaDbClusterException($"Process {pid} did not react to signal {signal} within 5 seconds.");
    }

    // Of each thread: the first may stand still while another answers.
    private static IEnumerable<char> States(int pid)
    {
        foreach (var thread in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/task")))
        {
            string stat;
            try
            {
                stat = File.ReadAllText(Path.Combine(thread, "stat"));
            }
            catch (IOException)
            {
                // It has ended.
                continue;
            }

            // "PID (NAME) STATE ...", and NAME may hold anything, a parenthesis too.
            yield return stat[stat.LastIndexOf(')') + 2];
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int pid, int signal);
}
