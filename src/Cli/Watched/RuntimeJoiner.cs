using System.Collections.Immutable;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Watched;

/// <summary>
/// Joins what ran with what the rules say. A finding is confirmed by a series of its kind that has the finding's unit on the stack of two
/// of its statements: of a write and of a read where a read follows a write.
/// </summary>
internal sealed class RuntimeJoiner(Report report, RuntimeLog log)
{
    public static Report Join(Report report, RuntimeLog log) => report with { Runtime = new RuntimeJoiner(report, log).Join() };

    private RuntimeJoin Join()
    {
        var foreseen = new HashSet<RuntimeSeries>(ReferenceEqualityComparer.Instance);
        var findings = ImmutableArray.CreateBuilder<RuntimeFinding>();
        for (var i = 0; i < report.Units.Length; i++)
        {
            var unit = report.Units[i];
            foreach (var finding in unit.Findings)
            {
                var confirming = log.Series.Where(series => Confirms(series, unit, finding)).ToList();
                foreseen.UnionWith(confirming);
                var isUnsettled = finding.State <= ReportState.Suppressed;
                findings.Add(
                    new RuntimeFinding(
                        i,
                        finding.Rule,
                        isUnsettled,
                        confirming.Count == 0
                            ? null
                            : new RuntimeCount(confirming.Sum(static s => s.Seen.Units), confirming.Sum(static s => s.Seen.Spread)),
                        confirming.Count == 0 ? (isUnsettled ? WhyNot(unit) : null)
                            : isUnsettled || finding.State == ReportState.Accepted ? null
                            : "declared, and yet it ran outside a session: its wrapper, or the session, was passed by"
                    )
                );
            }
        }

        return new RuntimeJoin(
            log.Sources,
            findings.ToImmutable(),
            [
                .. log
                    .Series.Where(series => !foreseen.Contains(series))
                    .OrderByDescending(static series => series.Seen.Units)
                    .ThenBy(
                        static series => string.Join('\n', series.Sites.SelectMany(static site => site.Methods)),
                        StringComparer.Ordinal
                    ),
            ]
        );
    }

    private bool Confirms(RuntimeSeries series, ReportUnit unit, ReportFinding finding)
    {
        if (series.IsAfterWrite != (finding.Rule == "MR1003"))
        {
            return false;
        }

        var sites = series.Sites.Where(site => IsOn(site, unit)).ToList();
        return series.IsAfterWrite
            ? sites.Exists(static site => site.Way == "write") && sites.Exists(static site => site.Way != "write")
            : sites.Sum(static site => site.Statements) > 1;
    }

    private string WhyNot(ReportUnit unit)
    {
        var ways = log.Sent.Where(site => IsOn(site, unit)).Select(static site => site.Way).ToHashSet(StringComparer.Ordinal);
        return ways.Count == 0 ? "its reads did not run"
            : !ways.Contains("replica")
                ? ways.Contains("session") ? "its reads ran in a session"
                    : ways.Contains("accepted") ? "its reads ran in a method with [Eventual]"
                    : "its reads ran on the primary"
            : "its reads ran, and never two of them apart in one unit of work: on one open connection, on one path each, or in "
                + "different units";
    }

    private bool IsOn(RuntimeSite site, ReportUnit unit)
    {
        var (member, isHandler) = MemberOf(report.Methods[unit.Method].Key);
        for (var i = 0; i < site.Methods.Length; i++)
        {
            if (IsSame(site.Methods[i], member))
            {
                // Several handlers are lambdas of one member: what this one calls tells them apart.
                return !isHandler || IsOfHandler(site, i, report.Methods[unit.Method]);
            }
        }

        return false;
    }

    private bool IsOfHandler(RuntimeSite site, int at, ReportMethod handler) =>
        at == 0
            ? handler.Sites.Any(static s => s.Calls.IsEmpty)
            : handler
                .Sites.SelectMany(static s => s.Calls)
                .Any(call => IsSame(site.Methods[at - 1], MemberOf(report.Methods[call].Key).Member));

    /// <summary>The member of a key, and whether the key is a handler's, which has its name behind that.</summary>
    private static (string Member, bool IsHandler) MemberOf(string key)
    {
        var name = key.IndexOf(")#", StringComparison.Ordinal);
        var blank = key.IndexOf(' ', StringComparison.Ordinal);
        return name >= 0 ? (key[..(name + 1)], true)
            : blank >= 0 && key.LastIndexOf('#', blank) is > 0 and var sharp ? (key[..sharp], true)
            : (key, false);
    }

    private static bool IsSame(string seen, string member)
    {
        const string AnyOverload = "(*)";
        member = Plain(member);
        seen = Plain(seen);
        return seen.IndexOf(AnyOverload, StringComparison.Ordinal) is > 0 and var open
            ? member.StartsWith(seen[..open], StringComparison.Ordinal)
                && (member.Length == open || member[open] is '(' or '~')
                && LocalOf(seen) == LocalOf(member)
            : seen == member;
    }

    private static string LocalOf(string id) => id.IndexOf('~', StringComparison.Ordinal) is > 0 and var tilde ? id[tilde..] : "";

    // The program's own names have angles, which a baseline's line and a documentation id write otherwise; an accessor is its property.
    private static string Plain(string id)
    {
        id = id.Replace('<', '{').Replace('>', '}');
        var dot = id.IndexOf('(', StringComparison.Ordinal) is > 0 and var open ? id.LastIndexOf('.', open) : id.LastIndexOf('.');
        return
            dot > 0
            && id.StartsWith("M:", StringComparison.Ordinal)
            && id.AsSpan(dot + 1) is var name
            && (name.StartsWith("get_", StringComparison.Ordinal) || name.StartsWith("set_", StringComparison.Ordinal))
            ? "P:" + id[2..(dot + 1)] + id[(dot + 5)..].Split('(')[0]
            : id;
    }
}
