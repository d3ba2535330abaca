using MonotonicReads.Servers;

namespace MonotonicReads.Topology;

/// <summary>What was found, in the order in which it was.</summary>
internal sealed class Findings
{
    private readonly List<TopologyFinding> _all = [];

    public IReadOnlyList<TopologyFinding> All => _all;

    /// <summary>A promise does not hold.</summary>
    /// <param name="id">The finding's id.</param>
    /// <param name="server">The server.</param>
    /// <param name="message">What is so, and what it breaks.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="statement">One statement that does it; null where none does.</param>
    public void Error(string id, RoutedServer server, string message, string remedy, string? statement = null) =>
        Add(new TopologyFinding(id, TopologySeverity.Error, server.Name, message, remedy) { Statement = statement });

    /// <summary>A promise holds less far than it could.</summary>
    /// <inheritdoc cref="Error"/>
    public void Warning(string id, RoutedServer server, string message, string remedy, string? statement = null) =>
        Add(new TopologyFinding(id, TopologySeverity.Warning, server.Name, message, remedy) { Statement = statement });

    public void Add(TopologyFinding finding) => _all.Add(finding);

    public void AddAll(Findings others) => _all.AddRange(others._all);
}
