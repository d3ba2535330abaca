namespace MonotonicReads.Cli.Checking;

/// <summary>What a server's user may not do and has to, as one statement.</summary>
/// <param name="Servers">Those whose findings ask for it.</param>
/// <param name="Privileges">As the server names them.</param>
/// <param name="Statement">For an administrator, on the primary, from where replicas get it; null where the account is not known.</param>
internal sealed record MissingGrants(IReadOnlyList<string> Servers, IReadOnlyList<string> Privileges, string? Statement)
{
    public static IReadOnlyList<MissingGrants> In(IEnumerable<TopologyFinding> findings) =>
        [
            .. findings
                .Where(static f => f.MissingGrants.Count > 0)
                .GroupBy(static f => f.Statement ?? f.Server)
                .Select(static same => new MissingGrants(
                    [.. same.Select(static f => f.Server).Distinct()],
                    [.. same.SelectMany(static f => f.MissingGrants).Distinct()],
                    same.First().Statement
                )),
        ];
}
