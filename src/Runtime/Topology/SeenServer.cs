using System.Globalization;
using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>What a server said of itself.</summary>
/// <param name="Server">The server.</param>
/// <param name="Variables">Its global variables.</param>
/// <param name="Identities">Who answered at its address.</param>
internal sealed record SeenServer(RoutedServer Server, IReadOnlyDictionary<string, string> Variables, HashSet<string> Identities)
{
    public IReadOnlyList<string> Grants { get; init; } = [];

    public bool IsMariaDb => Server.Protocol is MariaDbProtocol;

    public string Value(string name) => Variables.GetValueOrDefault(name) ?? "";

    public bool IsOn(string name) => Value(name) is "ON" or "1" or "on";

    public long? Number(string name) =>
        long.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Who it is.</summary>
    public static string Identity(Dictionary<string, string> variables) =>
        string.Create(
                CultureInfo.InvariantCulture,
                $"server_id {variables.GetValueOrDefault("server_id")} {variables.GetValueOrDefault("server_uuid")}"
            )
            .TrimEnd();
}
