using System.Globalization;
using System.Text;

namespace MonotonicReads.Configuration;

/// <summary>The sections of <c>maxscale.cnf</c>: the servers under the names that hints carry, the filter that reads them, the
/// service.</summary>
internal static class MaxScaleConfiguration
{
    public static string For(ProxiedServer primary, IReadOnlyList<ProxiedServer> replicas)
    {
        var text = new StringBuilder(
            "# MaxScale for MonotonicReads. The monitor, the listener, and the service's user and password are yours to add.\n"
        );
        foreach (var server in replicas.Prepend(primary))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n[{server.Name}]\ntype=server\naddress={server.Host}\nport={server.Port}\n");
        }

        text.Append(
            """

            [MonotonicReads-Hints]
            type=filter
            module=hintfilter

            [MonotonicReads]
            type=service
            router=readwritesplit
            filters=MonotonicReads-Hints

            """.ReplaceLineEndings("\n")
        );
        text.Append("servers=").AppendJoin(',', replicas.Prepend(primary).Select(server => server.Name)).Append('\n');

        // Each of these would move a session's statement to another server without a word.
        text.Append("retry_failed_reads=false\ntransaction_replay=false\n");

        // The session waits itself.
        text.Append("causal_reads=none\n");
        return text.ToString();
    }
}
