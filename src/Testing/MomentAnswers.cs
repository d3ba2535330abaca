namespace MonotonicReads.Testing;

/// <summary>
/// What the reads of a run are answered at each moment. Where all moments answer each of them alike, no assignment differs from another:
/// each run sees what the first saw, and so reads what the first read.
/// </summary>
/// <param name="set">The replicas.</param>
internal sealed class MomentAnswers(LaggingReplicas set)
{
    private readonly Asking _asking = new(set);
    private readonly List<SentStatement> _asked = [];
    private readonly Dictionary<(int One, int Other), bool> _areAlike = [];

    /// <summary>Whether something could not be asked again, so that nothing is known.</summary>
    public bool IsUnknown { get; private set; }

    /// <summary>Whether two moments answered something in different ways.</summary>
    public bool Differ => _areAlike.ContainsValue(false);

    /// <summary>The first of what was asked, for the message; null for nothing.</summary>
    public string? First => _asked.FirstOrDefault()?.Line;

    /// <summary>Asks all that was read, of each moment: also what the primary was asked, as a unit that reads there what was written and
    /// the rest on replicas bears their lag for a reason.</summary>
    public async Task AskAsync(IEnumerable<SentStatement> statements)
    {
        var moments = _asking.Moments;
        foreach (var statement in statements.Where(static statement => !statement.Writes))
        {
            if (statement.Server == "primary" && !statement.IsPlainRead)
            {
                // A read that locks, which replicas refuse; anything else there is no read.
                IsUnknown |= statement.Line.StartsWith("select ", StringComparison.OrdinalIgnoreCase);
                continue;
            }

            if (_asked.Exists(statement.Asks))
            {
                continue;
            }

            _asked.Add(statement);
            var answers = new List<string>();
            foreach (var moment in moments)
            {
                if (await _asking.DigestAsync(statement, moment).ConfigureAwait(false) is not { } answer)
                {
                    IsUnknown = true;
                    break;
                }

                answers.Add(answer);
            }

            Compare(moments, answers);
        }
    }

    /// <summary>The moments that are one: nothing was asked that tells them apart, and nothing was written between them.</summary>
    /// <param name="areBeforeTheSameWrites">Whether nothing was written between a later and an earlier one.</param>
    /// <returns>What stands for each moment that is another one's.</returns>
    public async Task<IReadOnlyDictionary<int, int>> MergedAsync(Func<int, int, Task<bool>> areBeforeTheSameWrites)
    {
        var merged = new Dictionary<int, int>();
        var moments = _asking.Moments;
        for (var i = 1; i < moments.Count && !IsUnknown; i++)
        {
            var (later, earlier) = (moments[i - 1], moments[i]);
            if (_areAlike.GetValueOrDefault((later, earlier)) && await areBeforeTheSameWrites(later, earlier).ConfigureAwait(false))
            {
                merged[earlier] = merged.GetValueOrDefault(later, later);
            }
        }

        return merged;
    }

    private void Compare(IReadOnlyList<int> moments, List<string> answers)
    {
        for (var i = 1; i < answers.Count; i++)
        {
            var pair = (moments[i - 1], moments[i]);
            _areAlike[pair] = _areAlike.GetValueOrDefault(pair, true) && answers[i - 1] == answers[i];
        }
    }
}
