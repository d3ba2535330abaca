using MonotonicReads.Cli.Output;
using MySqlConnector;

namespace MonotonicReads.Cli.Checking;

/// <summary>Replicas as they are written on a command line.</summary>
internal static class NamedReplicas
{
    /// <summary><c>r1=Server=db1;...</c> has its name in front; a connection string alone is called by its place.</summary>
    /// <exception cref="CliException">One of them is neither.</exception>
    public static IEnumerable<ReplicaSettings> Of(IReadOnlyList<string> written)
    {
        for (var i = 0; i < written.Count; i++)
        {
            var text = written[i];
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : text[..equals].Trim();
            if (key.Length > 0 && IsKeyword(key))
            {
                yield return new ReplicaSettings($"replica{i + 1}", text);
            }
            else if (key.Length > 0 && text.IndexOf('=', equals + 1) > 0)
            {
                yield return new ReplicaSettings(key, text[(equals + 1)..]);
            }
            else
            {
                // Not the text itself: it may hold a password.
                throw CliException.WrongUsage($"Replica {i + 1} is no NAME=CONNECTION: write it as \"r1=Server=...;User ID=...\".");
            }
        }
    }

    private static bool IsKeyword(string word)
    {
        try
        {
            // Asking for a keyword that there is not throws, as setting it does.
            _ = new MySqlConnectionStringBuilder()[word];
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
