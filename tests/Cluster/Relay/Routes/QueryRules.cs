using System.Globalization;
using System.Text.RegularExpressions;

namespace MonotonicReads.Cluster.Relay;

/// <summary>
/// ProxySQL's rules on digests (<c>mysql_query_rules.match_digest</c>): the first that matches names the hostgroup. A digest has no comments,
/// single blanks, and question marks for what is quoted.
/// </summary>
public sealed partial class QueryRules
{
    private readonly List<(Regex Digest, int Hostgroup)> _rules;
    private readonly int _otherwise;

    private QueryRules(List<(Regex Digest, int Hostgroup)> rules, int otherwise) => (_rules, _otherwise) = (rules, otherwise);

    /// <summary>The two rules that most have, from ProxySQL's own page on splitting reads from writes: what begins with SELECT is a read, and
    /// nothing else. So were those of the run in front of which sessions split.</summary>
    /// <param name="writers">The hostgroup of everything else.</param>
    /// <param name="readers">That of reads.</param>
    public static QueryRules SelectsAlone(int writers = 0, int readers = 1) =>
        new([(Of("^SELECT.*FOR UPDATE"), writers), (Of("^SELECT.*LOCK IN SHARE MODE"), writers), (Of("^SELECT"), readers)], writers);

    /// <summary>The rules of a text of admin SQL, as <c>ProxyConfiguration</c> writes it.</summary>
    /// <param name="adminSql">The text.</param>
    /// <param name="otherwise">The user's <c>default_hostgroup</c>.</param>
    /// <exception cref="ArgumentException">There are none in it.</exception>
    public static QueryRules Of(string adminSql, int otherwise)
    {
        var rules = Row()
            .Matches(adminSql)
            .Select(row =>
                (
                    Of(row.Groups["digest"].Value.Replace("''", "'", StringComparison.Ordinal)),
                    int.Parse(row.Groups["hostgroup"].Value, CultureInfo.InvariantCulture)
                )
            )
            .ToList();
        return rules.Count > 0 ? new(rules, otherwise) : throw new ArgumentException("There are no rules in it.", nameof(adminSql));
    }

    internal int HostgroupOf(StatementToRoute statement)
    {
        var digest = Blanks().Replace(statement.Bare.Text, " ").TrimStart();
        foreach (var (rule, hostgroup) in _rules)
        {
            if (rule.IsMatch(digest))
            {
                return hostgroup;
            }
        }

        return _otherwise;
    }

    private static Regex Of(string digest) => new(digest, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    [GeneratedRegex(@"^\s*\(\d+, 1, '(?<digest>(?:[^']|'')*)', (?<hostgroup>\d+), 1, ", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}
