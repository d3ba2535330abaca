using System.Globalization;

namespace MonotonicReads.Testing;

/// <summary>Tells which assignments break a unit of work.</summary>
/// <param name="set">The replicas.</param>
/// <param name="written">What was written between the moments.</param>
/// <param name="options">Where the drawing goes.</param>
internal sealed class AssignmentReport(LaggingReplicas set, IReadOnlyList<SentStatement> written, AssignmentOptions options)
{
    private readonly Asking _asking = new(set);
    private readonly List<AssignmentFailure> _failures = [];
    private AssignmentFailure? _shortest;
    private IReadOnlyList<AssignedRead> _reads = [];

    public bool IsEmpty => _failures.Count == 0;

    /// <summary>Takes note of a failure, before what it wrote is put back: the shortest is asked what it saw.</summary>
    public async Task AddAsync(AssignmentFailure failure)
    {
        _failures.Add(failure);
        if (_shortest is not null && failure.Length.CompareTo(_shortest.Length) >= 0)
        {
            return;
        }

        var reads = new List<AssignedRead>();
        var statements = failure.Run.Statements;
        var lastWrite = statements.FindLastIndex(static statement => statement.Writes);
        for (var i = 0; i < statements.Count; i++)
        {
            // The present from before the unit's own write is gone.
            var isGone = i < lastWrite && statements[i].Moment == SentStatement.Present;
            reads.Add(new AssignedRead(statements[i], isGone ? null : await _asking.FirstRowAsync(statements[i]).ConfigureAwait(false)));
        }

        (_shortest, _reads) = (failure, reads);
    }

    /// <summary>Throws what was found.</summary>
    /// <param name="summary">What was run.</param>
    /// <param name="addition">What is to be said besides; null for nothing.</param>
    /// <exception cref="AssignmentException">Always.</exception>
    public async Task ThrowAsync(AssignmentSummary summary, string? addition)
    {
        var shortest = _shortest!;
        var timeline = new Timeline(written, _reads);
        var svg = TimelineDrawing.Of(timeline, shortest.What);
        var counted = string.Create(
            CultureInfo.InvariantCulture,
            $"{shortest.What} in {_failures.Count} of {summary.Assignments} assignments of reads to replicas"
        );
        var all = summary.AreAll ? "" : " (there are more)";
        var message = $"{counted}{all}. The shortest:\n\n{timeline.Text}\n{AssignmentHint.Of(shortest, _failures)}";
        foreach (var more in new[] { addition, await SaveAsync(svg).ConfigureAwait(false) })
        {
            message += more is null ? "" : "\n" + more;
        }

        throw new AssignmentException(message, svg, _failures.Count, summary, shortest.Thrown);
    }

    // A drawing that cannot be written must not hide what it shows.
    private async Task<string?> SaveAsync(string svg)
    {
        if (options.SvgFile is not { } file)
        {
            return null;
        }

        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(file)) is { } directory)
            {
                Directory.CreateDirectory(directory);
            }

            await File.WriteAllTextAsync(file, svg).ConfigureAwait(false);
            return null;
        }
        catch (Exception exception)
        {
            return $"The drawing could not be written to {file}: {exception.Message}";
        }
    }
}
