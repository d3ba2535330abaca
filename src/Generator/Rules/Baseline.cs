using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>The findings that a project has accepted, and which of them still occur.</summary>
internal sealed class Baseline
{
    /// <summary>A property of findings that it accepts.</summary>
    public const string AcceptedProperty = "Baseline";

    private readonly Dictionary<BaselineEntry, Location> _accepted = [];
    private readonly ConcurrentDictionary<BaselineEntry, bool> _met = new();
    private readonly ConcurrentDictionary<BaselineEntry, bool> _refused = new();

    public Baseline(AnalyzerOptions options, CancellationToken cancellation)
    {
        foreach (var file in options.AdditionalFiles)
        {
            if (!BaselineFile.IsOne(file) || file.GetText(cancellation) is not { } text)
            {
                continue;
            }

            foreach (var (span, _, entry) in BaselineFile.Lines(text))
            {
                if (entry is { } known)
                {
                    _accepted[known] = Location.Create(file.Path, span, text.Lines.GetLinePositionSpan(span));
                }
            }
        }
    }

    public bool IsEmpty => _accepted.Count == 0;

    /// <summary>The entries that nothing has met, with their lines.</summary>
    public IEnumerable<KeyValuePair<BaselineEntry, Location>> Unmet => _accepted.Where(entry => !_met.ContainsKey(entry.Key));

    /// <summary>The findings that are not in the baseline.</summary>
    public IEnumerable<BaselineEntry> Refused => _refused.Keys;

    /// <summary>True where the finding is in the baseline; it has then been met.</summary>
    /// <param name="rule">The rule's id.</param>
    /// <param name="unit">What it is about.</param>
    public bool Accepts(string rule, ReportedUnit unit)
    {
        if (IsEmpty || !BaselineFile.Takes(rule) || unit.MemberId is not { } member)
        {
            return false;
        }

        var entry = new BaselineEntry(rule, member);
        var isAccepted = _accepted.ContainsKey(entry);
        (isAccepted ? _met : _refused).TryAdd(entry, true);
        return isAccepted;
    }

    /// <summary>A finding as <see cref="BaselineSuppressor"/> knows it: accepted.</summary>
    public static Diagnostic Marked(Diagnostic finding) =>
        Diagnostic.Create(
            finding.Id,
            finding.Descriptor.Category,
            finding.GetMessage(CultureInfo.InvariantCulture),
            finding.Severity,
            finding.DefaultSeverity,
            finding.Descriptor.IsEnabledByDefault,
            finding.WarningLevel,
            finding.Descriptor.Title,
            finding.Descriptor.Description,
            finding.Descriptor.HelpLinkUri,
            finding.Location,
            finding.AdditionalLocations,
            finding.Descriptor.CustomTags,
            finding.Properties.Add(AcceptedProperty, "accepted")
        );
}
