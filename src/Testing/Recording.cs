namespace MonotonicReads.Testing;

/// <summary>What one run of a unit of work did: which choices it had, what it chose, and what it sent.</summary>
/// <param name="prefix">What it chooses first; from there on the present.</param>
internal sealed class Recording(int[] prefix)
{
    private readonly object _lock = new();
    private readonly HashSet<Guid> _drawn = [];

    /// <summary>What to choose first.</summary>
    public int[] Prefix => prefix;

    /// <summary>What was chosen, in order; only where there was a choice.</summary>
    public List<Choice> Choices { get; } = [];

    /// <summary>What was sent, in order.</summary>
    public List<SentStatement> Statements { get; } = [];

    /// <summary>Chooses among what can be seen.</summary>
    /// <param name="session">The session that draws; null outside one.</param>
    /// <param name="options">The moments that can be had, each with a replica's index, the present first.</param>
    /// <returns>The index; below zero where nobody chooses here.</returns>
    public int Choose(Guid? session, IReadOnlyList<int> options)
    {
        lock (_lock)
        {
            // Later a session only asks in which order it may look for others.
            if (options.Count == 0 || (session is { } id && !_drawn.Add(id)))
            {
                return -1;
            }

            if (options.Count == 1)
            {
                return options[0];
            }

            var at = Choices.Count;
            var chosen = at < prefix.Length ? prefix[at] : 0;
            var before = string.Join('\n', Statements.Select(static statement => statement.Text));
            Choices.Add(new Choice(chosen, options.Count, before, Statements.Count));
            return options[Math.Min(chosen, options.Count - 1)];
        }
    }

    public void Note(SentStatement statement)
    {
        lock (_lock)
        {
            Statements.Add(statement);
        }
    }

    /// <summary>The first statement that was sent after a choice: it was decided before anything was seen there; null for none.</summary>
    public string? FirstAfter(Choice choice) => choice.Sent < Statements.Count ? Statements[choice.Sent].Text : null;

    /// <summary>A choice.</summary>
    /// <param name="Chosen">Which, from 0.</param>
    /// <param name="Options">How many there were.</param>
    /// <param name="Before">What was sent before it.</param>
    /// <param name="Sent">How many statements that were.</param>
    internal readonly record struct Choice(int Chosen, int Options, string Before, int Sent);
}
