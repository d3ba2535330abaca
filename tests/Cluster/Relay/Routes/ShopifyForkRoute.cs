using System.Globalization;
using System.Text;

namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// Shopify's fork of ProxySQL (its pull request 2698): reads whose first comment names a unit of work go to the server that
/// its hash draws, all others by weight; everything else goes to the primary. What a read is, its rules say, by the first word. A
/// <c>hostgroup</c> in the comment overrides that, as in every ProxySQL: 0 is the primary's, 1 the readers'.
/// </summary>
/// <remarks>A replica that is busier than its share is passed over before the hash is looked at, so that sessions split as soon as reads
/// overlap: 126 of 500 with two clients, 282 with eight, in front of MariaDB.</remarks>
/// <param name="seed">Draws the statements without an id.</param>
/// <param name="tokenDelimiters">Its setting query_parser_token_delimiters.</param>
/// <param name="keyValueDelimiters">Its setting query_parser_key_value_delimiters.</param>
/// <param name="identifiers">Its setting unit_of_work_identifiers; null is <c>consistent_read_id</c>.</param>
/// <param name="rules">Its rules; null is <see cref="QueryRules.SelectsAlone"/>.</param>
public sealed class ShopifyForkRoute(
    int seed,
    string tokenDelimiters = ",",
    string keyValueDelimiters = ":",
    IReadOnlyList<string>? identifiers = null,
    QueryRules? rules = null
) : IStatementRoute
{
    private const int Primary = 0;
    private const int Readers = 1;

    private readonly WeightedDraw _draw = new(seed);
    private readonly BusyServers _busy = new();
    private readonly QueryRules _rules = rules ?? QueryRules.SelectsAlone(Primary, Readers);
    private readonly IReadOnlyList<string> _identifiers = identifiers ?? ["consistent_read_id"];

    /// <inheritdoc/>
    public RelayServer Pick(StatementToRoute statement)
    {
        ArgumentNullException.ThrowIfNull(statement);
        switch (Hostgroup(statement.Text) ?? _rules.HostgroupOf(statement))
        {
            case Primary:
                return statement.Primary;
            case not Readers and var unknown:
                throw new RelayRefusedException(9001, $"Max connect timeout reached while reaching hostgroup {unknown}");
        }

        var readers = statement.Servers.Where(server => !server.IsPrimary).ToArray();
        var hash = Hash(statement.Text);
        return (hash == 0 ? _draw.Draw(readers) : Pick(hash, readers, _busy.NotOverloaded(readers)))
            ?? throw new RelayRefusedException(9001, "Max connect timeout reached while reaching the readers: none is available.");
    }

    /// <inheritdoc/>
    public void Sent(StatementToRoute statement, RelayServer server) { }

    /// <inheritdoc/>
    public IDisposable? Occupy(RelayServer server) => _busy.Occupy(server);

    /// <inheritdoc/>
    public bool MisnumbersPipelined => true;

    /// <summary>The server that a hash draws: weights in configured order, an unavailable server's taken away and drawn again.</summary>
    internal static RelayServer? Pick(uint hash, IReadOnlyList<RelayServer> readers, HashSet<RelayServer>? candidates = null)
    {
        var weights = readers.Select(server => (long)server.Weight).ToArray();
        while (weights.Sum() is > 0 and var sum)
        {
            var place = (hash % sum) + 1;
            var drawn = 0;
            while ((place -= weights[drawn]) > 0)
            {
                drawn++;
            }

            if (candidates?.Contains(readers[drawn]) ?? readers[drawn].IsAvailable)
            {
                return readers[drawn];
            }

            weights[drawn] = 0;
        }

        return null;
    }

    private int? Hostgroup(string text)
    {
        int? hostgroup = null;
        foreach (var (key, value) in ProxySqlComment.Keys(text, tokenDelimiters, keyValueDelimiters))
        {
            if (
                key.Equals("hostgroup", StringComparison.OrdinalIgnoreCase)
                && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            )
            {
                hostgroup = number;
            }
        }

        return hostgroup;
    }

    // Several ids are chained: the hash of one is the seed of the next. 0 is kept for "no id".
    private uint Hash(string text)
    {
        var hash = 0u;
        foreach (var (key, value) in ProxySqlComment.Keys(text, tokenDelimiters, keyValueDelimiters))
        {
            if (value.Length > 0 && _identifiers.Contains(key, StringComparer.OrdinalIgnoreCase))
            {
                hash = Math.Max(ForkHash.Of(Encoding.UTF8.GetBytes(value), hash), 1);
            }
        }

        return hash;
    }
}
