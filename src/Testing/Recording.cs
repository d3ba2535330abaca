namespace MonotonicReads.Testing;

/// <summary>What one run of a unit of work did: which choices it had, what it chose, and what it sent.</summary>
/// <param name="prefix">What it chooses first; from there on the present, and replicas that stay where they are.</param>
internal sealed class Recording(int[] prefix)
{
    private readonly object _lock = new();
    private readonly Dictionary<Guid, (int Moment, int Index)> _drawn = [];
    private readonly Dictionary<object, SentStatement> _unanswered = new(ReferenceEqualityComparer.Instance);
    private bool _haveMetApart;
    private bool _haveMet;

    /// <summary>What to choose first.</summary>
    public int[] Prefix => prefix;

    /// <summary>Whether late replicas may catch up in it.</summary>
    public bool Advances { get; init; }

    /// <summary>What was chosen, in order; only where there was a choice.</summary>
    public List<Choice> Choices { get; } = [];

    /// <summary>What was sent, in order.</summary>
    public List<SentStatement> Statements { get; } = [];

    /// <summary>What was chosen, as numbers.</summary>
    public IEnumerable<int> Trail => Choices.Select(static choice => choice.Chosen);

    /// <summary>Whether something of an earlier run was still at work.</summary>
    public bool HasLeftovers { get; set; }

    /// <summary>Whether statements were on their way at the same time, so that chance decided which of them a choice was for.</summary>
    public bool IsLeftToChance =>
        (_haveMetApart && Choices.Count > 1) || (_haveMet && Choices.Exists(static choice => choice.Kind == ChoiceKind.Advance));

    /// <summary>Whether statements were on their way at the same time, so that chance decided which is noted first.</summary>
    public bool HaveMet => _haveMet;

    /// <summary>Chooses among what can be seen.</summary>
    /// <param name="session">The session that draws; null outside one.</param>
    /// <param name="options">The moments that can be had, by number, each with a replica's index: the present first, then the
    /// latest.</param>
    /// <returns>The index; below zero where nobody chooses here.</returns>
    public int Draw(Guid? session, IReadOnlyList<(int Moment, int Index)> options)
    {
        lock (_lock)
        {
            if (session is { } id && _drawn.TryGetValue(id, out var before))
            {
                // Two first reads at the same time ask both; later a session only asks in which order it may look for others.
                return options.Contains(before) ? before.Index : -1;
            }

            if (options.Count == 0)
            {
                return -1;
            }

            var drawn =
                options.Count == 1 ? options[0] : options[Choose(ChoiceKind.Draw, [.. options.Select(static option => option.Moment)])];
            if (session is { } drawing)
            {
                _drawn[drawing] = drawn;
            }

            return drawn.Index;
        }
    }

    /// <summary>Chooses whether a session's late replica catches up now.</summary>
    /// <param name="moment">What it shows otherwise.</param>
    public bool Advance(int moment)
    {
        lock (_lock)
        {
            return Choose(ChoiceKind.Advance, [moment, SentStatement.Present]) == 1;
        }
    }

    /// <summary>Takes note of what is sent.</summary>
    /// <param name="statement">What.</param>
    /// <param name="sent">The driver's object.</param>
    public void Note(SentStatement statement, object sent)
    {
        lock (_lock)
        {
            foreach (var other in _unanswered.Values)
            {
                _haveMet = true;
                _haveMetApart |= statement.Session is null || other.Session != statement.Session;
            }

            _unanswered[sent] = statement;
            Statements.Add(statement);
        }
    }

    /// <summary>Takes note that it was answered, or failed.</summary>
    public void NoteAnswered(object sent, bool isAnswered)
    {
        lock (_lock)
        {
            if (_unanswered.Remove(sent, out var statement))
            {
                statement.HasFailed = !isAnswered;
            }
        }
    }

    /// <summary>The first statement that was sent after a choice: it was decided before anything was seen there; null for none.</summary>
    public string? FirstAfter(Choice choice) => choice.Sent < Statements.Count ? Statements[choice.Sent].Text : null;

    /// <summary>From now on some moments are one.</summary>
    /// <param name="moments">What stands for each.</param>
    public void Merge(IReadOnlyDictionary<int, int> moments)
    {
        for (var i = 0; i < Choices.Count; i++)
        {
            var merged = Choices[i].Moments.Select(moment => moments.GetValueOrDefault(moment, moment)).Distinct();
            Choices[i] = Choices[i] with { Moments = [.. merged] };
        }
    }

    private int Choose(ChoiceKind kind, int[] moments)
    {
        var at = Choices.Count;
        var chosen = at < prefix.Length ? Math.Min(prefix[at], moments.Length - 1) : 0;

        // In any order: the reads of one session may be on their way together.
        var before = string.Join('\n', Statements.Select(static statement => statement.Text).Order(StringComparer.Ordinal));
        Choices.Add(new Choice(kind, chosen, moments, before, Statements.Count));
        return chosen;
    }

    /// <summary>A choice.</summary>
    /// <param name="Kind">Of what.</param>
    /// <param name="Chosen">Which, from 0.</param>
    /// <param name="Moments">What there was, by number.</param>
    /// <param name="Before">What was sent before it.</param>
    /// <param name="Sent">How many statements that were.</param>
    internal readonly record struct Choice(ChoiceKind Kind, int Chosen, int[] Moments, string Before, int Sent)
    {
        /// <summary>How many there were.</summary>
        public int Options => Moments.Length;

        /// <summary>Whether another run had the same choice, whatever it chose.</summary>
        public bool IsSame(Choice other) => Kind == other.Kind && Options == other.Options && Before == other.Before;
    }

    /// <summary>What a choice is of.</summary>
    internal enum ChoiceKind
    {
        /// <summary>A replica.</summary>
        Draw,

        /// <summary>Whether a replica catches up.</summary>
        Advance,
    }
}
