using System.Globalization;

namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>A place that need not keep a habit, and why.</summary>
/// <param name="Where">As in <see cref="Finding"/>; a <c>*</c> at its end stands for the rest.</param>
/// <param name="AtMost">How much is allowed there.</param>
internal sealed record Exemption(string Habit, string Where, int AtMost, string Reason)
{
    public bool Excuses(Finding finding) => Concerns(finding) && finding.Amount <= AtMost;

    /// <summary>What no exemption excuses, and the exemptions that excuse nothing: the list is to say how the code is.</summary>
    public static IEnumerable<string> Judge(IReadOnlyCollection<Finding> findings, IReadOnlyCollection<Exemption> exemptions) =>
        findings
            .Where(f => !exemptions.Any(e => e.Excuses(f)))
            .Select(f => $"{f.Habit}: {f.Where}: {f.What}")
            .Concat(
                exemptions.Where(e => !findings.Any(e.Concerns)).Select(e => $"the exemption of {e.Where} from '{e.Habit}' is needless")
            )
            .Concat(exemptions.Where(e => string.IsNullOrWhiteSpace(e.Reason)).Select(e => $"the exemption of {e.Where} has no reason"));

    /// <summary>The findings as entries for the list; their reasons are for a person to write.</summary>
    public static string Print(IEnumerable<Finding> findings) =>
        string.Join(
            '\n',
            findings.Select(f => string.Create(CultureInfo.InvariantCulture, $"new(\"{f.Habit}\", \"{f.Where}\", {f.Amount}, \"\"),"))
        );

    private bool Concerns(Finding finding) =>
        finding.Habit == Habit
        && (Where.EndsWith('*') ? finding.Where.StartsWith(Where[..^1], StringComparison.Ordinal) : finding.Where == Where);
}
