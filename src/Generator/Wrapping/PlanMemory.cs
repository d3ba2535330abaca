using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Wrapping;

/// <summary>
/// The plans made for one state of the declarations. The driver asks for every plan at every change of the compilation,
/// since any of them may depend on any declaration; while those are the same, so are the answers. Holds records only,
/// and those of one state only.
/// </summary>
internal sealed class PlanMemory
{
    private volatile State _state = new(string.Empty);

    public WrapperPlan? Get(Candidate candidate, Compilation compilation, Func<Candidate, Compilation, WrapperPlan?> make)
    {
        var fingerprint = DeclarationFingerprint.Of(compilation);
        var state = _state;
        if (state.Fingerprint != fingerprint)
        {
            _state = state = new State(fingerprint);
        }

        if (!state.Plans.TryGetValue(candidate, out var plan))
        {
            plan = make(candidate, compilation);
            state.Plans[candidate] = plan;
        }

        return plan;
    }

    private sealed class State(string fingerprint)
    {
        public string Fingerprint { get; } = fingerprint;

        public ConcurrentDictionary<Candidate, WrapperPlan?> Plans { get; } = new();
    }
}
