using MonotonicReads.MySql;

namespace MonotonicReads.Configuration;

/// <summary>A server as the proxy reaches it.</summary>
internal sealed record ProxiedServer(string Name, string Host, uint Port, int Weight)
{
    public static ProxiedServer Of(string name, string connectionString, int weight)
    {
        var parsed = ConnectionText.Parsed(name, connectionString);
        return string.IsNullOrWhiteSpace(parsed.Server) || parsed.Server.AsSpan().ContainsAny(",\r\n")
            ? throw new ArgumentException(
                $"The connection string of '{name}' names no single host (Server=...), so that the proxy's configuration cannot."
            )
            : new ProxiedServer(name, parsed.Server, parsed.Port, weight);
    }
}
