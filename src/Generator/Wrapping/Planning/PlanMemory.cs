using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>
/// The plans that were made last. The driver asks for every plan at every change of the compilation, since any of them may
/// depend on any declaration. While all declarations are the same, so are the answers; where some differ, a plan is made again
/// only if they are among those that it can depend on, or if the plans files now answer otherwise what it asked. Holds records
/// and hashes only, and those of the last two states.
/// </summary>
internal sealed class PlanMemory
{
    private volatile State? _state;

    public WrapperPlan? Get(
        Candidate candidate,
        Compilation compilation,
        PlannedReads planned,
        Func<Candidate, Compilation, AskedReads, WrapperPlan?> make
    )
    {
        var state = StateOf(compilation);
        if (!state.Plans.TryGetValue(candidate, out var remembered) || !remembered.Answers.Hold(planned))
        {
            var key = state.Graph.KeyOf(candidate);
            if (
                state.Before is null
                || !state.Before.TryGetValue(candidate, out remembered)
                || remembered.Key != key
                || !remembered.Answers.Hold(planned)
            )
            {
                var asked = new AskedReads(planned);
                var plan = make(candidate, compilation, asked);
                remembered = new Remembered(key, plan, asked.Answers);
            }

            state.Plans[candidate] = remembered;
        }

        return remembered.Plan;
    }

    private State StateOf(Compilation compilation)
    {
        var fingerprint = DeclarationFingerprint.Of(compilation);
        var state = _state;
        if (state?.Fingerprint != fingerprint)
        {
            _state = state = new State(fingerprint, DeclarationGraph.Of(compilation), state?.Plans);
        }

        return state;
    }

    private sealed record Remembered(string Key, WrapperPlan? Plan, ReadAnswers Answers);

    private sealed class State(string fingerprint, DeclarationGraph graph, ConcurrentDictionary<Candidate, Remembered>? before)
    {
        public string Fingerprint { get; } = fingerprint;

        public DeclarationGraph Graph { get; } = graph;

        public ConcurrentDictionary<Candidate, Remembered>? Before { get; } = before;

        public ConcurrentDictionary<Candidate, Remembered> Plans { get; } = new();
    }
}
