using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>What the project's plans files say, each member once, by the order of the members.</summary>
internal sealed record PlannedReads(EquatableArray<PlanEntry> Entries)
{
    public static readonly PlannedReads None = new(EquatableArray<PlanEntry>.Empty);

    /// <summary>The lines of one file that are understood, as they stand there.</summary>
    public static EquatableArray<PlanEntry> In(AdditionalText file, CancellationToken cancellation) =>
        file.GetText(cancellation) is { } text
            ? PlansFile.Lines(text).Select(static line => line.Entry).OfType<PlanEntry>().ToEquatableArray()
            : EquatableArray<PlanEntry>.Empty;

    /// <summary>All files as one: of several lines for a member the first counts.</summary>
    public static PlannedReads Of(ImmutableArray<EquatableArray<PlanEntry>> files) =>
        new(
            files
                .SelectMany(static file => file)
                .GroupBy(static entry => entry.Member, StringComparer.Ordinal)
                .Select(static lines => lines.First())
                .OrderBy(static entry => entry.Member, StringComparer.Ordinal)
                .ToEquatableArray()
        );

    /// <summary>How many reads a member makes; 0 where nothing is said.</summary>
    public int Of(string member)
    {
        var (low, high) = (0, Entries.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var order = string.CompareOrdinal(Entries[middle].Member, member);
            if (order == 0)
            {
                return Entries[middle].Reads;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return 0;
    }
}

/// <summary>What one wrapper has asked of the plans files, with the answers: while they are the same, so is its plan.</summary>
internal sealed class AskedReads(PlannedReads planned)
{
    private readonly List<PlanEntry> _answers = [];

    /// <summary>How many reads the method makes; 0 where nothing is said.</summary>
    public int Of(IMethodSymbol method)
    {
        // Without a file no member has to be named.
        if (planned.Entries.Count == 0 || PlansFile.MemberId(method) is not { } member)
        {
            return 0;
        }

        var reads = planned.Of(member);
        _answers.Add(new PlanEntry(member, reads));
        return reads;
    }

    public ReadAnswers Answers => new(planned.Entries.Count == 0, _answers.ToEquatableArray());
}

/// <summary>Answers of the plans files.</summary>
/// <param name="WereNone">Whether the files said nothing at all, so that nothing was asked.</param>
/// <param name="Given">What was asked, with what was answered.</param>
internal sealed record ReadAnswers(bool WereNone, EquatableArray<PlanEntry> Given)
{
    /// <summary>Whether the files still answer alike.</summary>
    public bool Hold(PlannedReads planned) =>
        WereNone ? planned.Entries.Count == 0 : planned.Entries.Count > 0 && Given.All(answer => planned.Of(answer.Member) == answer.Reads);
}
