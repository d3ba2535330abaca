using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>One walk down the calls of one body; recursion is solved by fixpoint.</summary>
internal sealed class SummarySearch : ICalleeSummaries
{
    /// <summary>
    /// Longer call chains than this are not followed to their end, for the sake of the stack.
    /// </summary>
    private const int MaxDepth = 160;

    /// <summary>A recursion that has not settled after so many rounds is taken as it stands.</summary>
    private const int MaxRounds = 12;

    private readonly SummaryMemory _memory;
    private readonly CandidateNames _names;
    private readonly ForeignBodies _bodies;
    private readonly CallTargets _targets;
    private readonly Implementations _implementations;
    private readonly TypeDependence _dependence;
    private readonly ReadOptionsByTree _options;
    private readonly SendingBodies _sending;
    private readonly CancellationToken _cancellation;
    private readonly Dictionary<IMethodSymbol, (MethodSummary Assumed, int Depth)> _open = new(SymbolEqualityComparer.Default);

    /// <summary>
    /// Summaries that rest on the assumption for a method still open, with that method's depth; in the order in which they were found.
    /// </summary>
    private readonly Dictionary<
        IMethodSymbol,
        (MethodSummary Summary, int UsedDepth, Dictionary<SyntaxNode, FlowResult> Flows)
    > _provisional = new(SymbolEqualityComparer.Default);
    private readonly List<IMethodSymbol> _found = [];

    /// <summary>What the last round found for methods inside a recursion: the next one starts from there.</summary>
    private readonly Dictionary<IMethodSymbol, MethodSummary> _assumed = new(SymbolEqualityComparer.Default);

    /// <summary>True where the running round has found more of a method inside a recursion than the round before.</summary>
    private bool _hasGrown;

    /// <summary>The shallowest open method whose assumption the running computation has used.</summary>
    private int _usedDepth = int.MaxValue;

    public SummarySearch(
        SummaryMemory memory,
        CandidateNames names,
        ForeignBodies bodies,
        CallTargets targets,
        Implementations implementations,
        TypeDependence dependence,
        DataLibraries libraries,
        ReadOptionsByTree options,
        CancellationToken cancellation
    )
    {
        _memory = memory;
        _names = names;
        _bodies = bodies;
        _targets = targets;
        _implementations = implementations;
        _dependence = dependence;
        Libraries = libraries;
        _options = options;
        _cancellation = cancellation;
        _sending = new SendingBodies(this, libraries);
    }

    public DataLibraries Libraries { get; }

    public CancellationToken Cancellation => _cancellation;

    /// <inheritdoc />
    public bool CallsImplicitly => _names.Reaching.HasImplicit;

    /// <inheritdoc />
    public bool SplitsQueries => _names.Reaching.SplitsQueries;

    /// <summary>What the flow of a method's body shows.</summary>
    /// <param name="method">The method, constructor or accessor.</param>
    /// <param name="body">One part of its body, as <see cref="ForeignBodies.SyntaxOf"/> gives it.</param>
    /// <param name="model">A model of the body's file, so that what others have bound is not bound again.</param>
    public FlowResult OfBody(IMethodSymbol method, SyntaxNode body, SemanticModel model)
    {
        if (!_memory.Flows.TryGetValue(body, out var flow))
        {
            Solve(method, [.. ForeignBodies.SyntaxOf(method, _cancellation)], model);
            flow = _memory.Flows.TryGetValue(body, out var solved) ? solved : FlowResult.Empty;
        }

        return flow;
    }

    /// <summary>What the flow of a graph that no call reaches shows: an initialiser, a local function by itself.</summary>
    public FlowResult OfGraph(MethodBody body, SemanticModel model) => OfGraph(body, model, this);

    /// <summary>The same, walked anew for someone who wants to know what it passes.</summary>
    public FlowResult Traced(MethodBody body, SemanticModel model, FlowTrace trace) =>
        ReadFlow.Analyze(body.Graph, body.Symbol, model, Libraries, _options.For(model.SyntaxTree), this, _cancellation, trace);

    /// <inheritdoc />
    public MethodSummary OfCall(IMethodSymbol method, bool isVirtualCall, bool runsDelegates)
    {
        method = Unreduced(method);
        if (!runsDelegates && _memory.Calls.TryGetValue((method, isVirtualCall), out var known))
        {
            return known;
        }

        var declared = _memory.Declarations.GetOrAdd(
            method.OriginalDefinition,
            static m => ConsistencyAnnotations.Of(m, includeAssembly: false)
        );
        if (declared == DeclaredConsistency.Eventual)
        {
            return MethodSummary.Nothing;
        }

        // No session is begun around the making of an object, whatever its type declares: it does what its body does.
        if (method.MethodKind == MethodKind.Constructor)
        {
            declared = DeclaredConsistency.None;
        }

        if (declared == DeclaredConsistency.None && !runsDelegates && !_names.MayMatter(method))
        {
            return MethodSummary.Nothing;
        }

        var targets = _targets.Of(method, isVirtualCall, _cancellation);
        var bodies = targets.Select(target => BodyOf(target.Method)).ToList();
        var summary = _implementations.Common(targets, bodies.ConvertAll(body => OfBody(body, runsDelegates)), _cancellation);
        summary = declared == DeclaredConsistency.None ? summary : Pinned(summary, declared);
        if (!runsDelegates && bodies.TrueForAll(target => _memory.Known.ContainsKey(target) || _memory.Silent.ContainsKey(target)))
        {
            _memory.Calls.TryAdd((method, isVirtualCall), summary);
        }

        return summary;
    }

    /// <summary>The bound body; null where it is none of this compilation's.</summary>
    public IOperation? OperationOf(SyntaxNode body) => _bodies.OperationOf(body, near: null, _cancellation);

    public IEnumerable<IMethodSymbol> TargetsOf(IMethodSymbol method, bool isVirtualCall) =>
        _targets.Of(method, isVirtualCall, _cancellation).Select(static target => target.Method.OriginalDefinition);

    /// <inheritdoc />
    public bool HasBody(IMethodSymbol method) =>
        _targets.Of(method, isVirtualCall: true, _cancellation).Any(target => ForeignBodies.SyntaxOf(target.Method, _cancellation).Any());

    /// <summary>
    /// An annotated method is one pinned unit, whatever it does inside: its own session orders its reads, but not after those of its
    /// caller. How far away they are, and through what they are reached, stays as it is. One whose body is not at hand is taken to read.
    /// </summary>
    private static MethodSummary Pinned(MethodSummary summary, DeclaredConsistency declared)
    {
        var writes = summary.Effects.Where(e => !e.ForRows);
        var nearest = summary
            .Effects.Where(static e => e.ForRows)
            .OrderBy(static e => e.Through)
            .ThenBy(static e => e.Distance)
            .FirstOrDefault();
        var read = new CallEffect
        {
            Texts = CallEffect.Read,
            ForRows = true,
            Distance = nearest?.Distance ?? 0,
            Through = nearest?.Through ?? Detour.None,
            OnPrimary = declared == DeclaredConsistency.Primary,
        };
        return new MethodSummary([read, .. writes], summary.Delegates);
    }

    private FlowResult OfGraph(MethodBody body, SemanticModel model, ICalleeSummaries callees) =>
        ReadFlow.Analyze(body.Graph, body.Symbol, model, Libraries, _options.For(model.SyntaxTree), callees, _cancellation);

    private static IMethodSymbol Unreduced(IMethodSymbol method) =>
        method.ReducedFrom is not { } extension ? method
        : extension.Arity > 0 && extension.Arity == method.TypeArguments.Length ? extension.Construct([.. method.TypeArguments])
        : extension;

    /// <summary>The method whose body is looked at: as it is declared, unless what it runs depends on its type arguments.</summary>
    private IMethodSymbol BodyOf(IMethodSymbol target) =>
        !SymbolEqualityComparer.Default.Equals(target, target.OriginalDefinition)
        && TypeArguments.IsClosed(target)
        && _dependence.Of(target.OriginalDefinition, _cancellation)
            ? target
            : target.OriginalDefinition;

    private MethodSummary OfBody(IMethodSymbol method, bool runsDelegates)
    {
        if (_memory.Known.TryGetValue(method, out var done))
        {
            return done;
        }

        if (_open.TryGetValue(method, out var entry))
        {
            _usedDepth = Math.Min(_usedDepth, entry.Depth);
            return entry.Assumed;
        }

        if (_provisional.TryGetValue(method, out var soFar))
        {
            _usedDepth = Math.Min(_usedDepth, soFar.UsedDepth);
            return soFar.Summary;
        }

        if (_open.Count >= MaxDepth || (!runsDelegates && _memory.Silent.ContainsKey(method)))
        {
            return MethodSummary.Nothing;
        }

        var parts = ForeignBodies.SyntaxOf(method, _cancellation).Where(b => runsDelegates || _names.Reaching.IsMentionedIn(b)).ToList();
        if (parts.Count > 0)
        {
            return Solve(method, parts, model: null);
        }

        if (!runsDelegates)
        {
            _memory.Silent.TryAdd(method, true);
        }

        return MethodSummary.Nothing;
    }

    private MethodSummary Solve(IMethodSymbol method, List<SyntaxNode> parts, SemanticModel? model)
    {
        var depth = _open.Count;
        var outerUsed = _usedDepth;
        var hadGrown = _hasGrown;
        var firstFound = _found.Count;
        var flows = new Dictionary<SyntaxNode, FlowResult>();
        var summary = _assumed.TryGetValue(method, out var before) ? before : MethodSummary.Nothing;
        for (var round = 0; round < MaxRounds; round++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Forget(firstFound, isFinal: false);
            _open[method] = (summary, depth);
            _usedDepth = int.MaxValue;
            _hasGrown = false;
            var next = summary;
            foreach (var part in parts)
            {
                var flow = FlowOf(method, part, model);
                flows[part] = flow;
                next = MethodSummary.Union(next, flow.Summary);
            }

            // Within a larger recursion the method that opened it goes round for all: rounds within rounds would multiply.
            var settled = (next.Equals(summary) && !_hasGrown) || _usedDepth != depth;
            _hasGrown |= !next.Equals(summary);
            summary = next;
            if (settled)
            {
                break;
            }
        }

        _hasGrown |= hadGrown;
        _open.Remove(method);
        if (_usedDepth >= depth)
        {
            // The recursion closes here: what was found inside it under this method's last assumption holds as well.
            Forget(firstFound, isFinal: true);
            Keep(method, summary, flows);
            _usedDepth = outerUsed;
        }
        else
        {
            _assumed[method] = summary;
            _provisional[method] = (summary, _usedDepth, flows);
            _found.Add(method);
            _usedDepth = Math.Min(outerUsed, _usedDepth);
        }

        return summary;
    }

    /// <summary>The flow of one part of a body. Its graph is made only where something in it sends a command.</summary>
    private FlowResult FlowOf(IMethodSymbol method, SyntaxNode part, SemanticModel? model)
    {
        var isDeclared = SymbolEqualityComparer.Default.Equals(method, method.OriginalDefinition);
        var operation = _bodies.OperationOf(part, model, _cancellation);
        if (
            operation?.SemanticModel is not { } bound
            || (isDeclared && !method.Parameters.Any(static p => p.Type.TypeKind == TypeKind.Delegate) && !_sending.IsOne(operation))
        )
        {
            return FlowResult.Nothing;
        }

        if (MethodBody.GraphOf(operation, _cancellation) is not { } graph)
        {
            return FlowResult.Empty;
        }

        var body = new MethodBody(method.OriginalDefinition, graph);
        if (isDeclared)
        {
            return OfGraph(body, bound, this);
        }

        var known = TypeArguments.Of(method);
        return OfGraph(body, bound, new SubstitutedSummaries(this, m => _targets.Substitute(m, known)));
    }

    private void Forget(int first, bool isFinal)
    {
        for (var i = _found.Count - 1; i >= first; i--)
        {
            if (isFinal)
            {
                Keep(_found[i], _provisional[_found[i]].Summary, _provisional[_found[i]].Flows);
            }

            _provisional.Remove(_found[i]);
            _found.RemoveAt(i);
        }
    }

    private void Keep(IMethodSymbol method, MethodSummary summary, Dictionary<SyntaxNode, FlowResult> flows)
    {
        // What is reported is the body as it is declared.
        if (SymbolEqualityComparer.Default.Equals(method, method.OriginalDefinition))
        {
            foreach (var flow in flows)
            {
                _memory.Flows.TryAdd(flow.Key, flow.Value);
            }
        }

        _memory.Known.TryAdd(method, summary);
    }
}
