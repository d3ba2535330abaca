using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Summaries of the methods of one compilation, found on demand from their bodies and kept; recursion is solved by fixpoint. A body's flow runs
/// once, whether its report or a caller asks first: what it shows is kept for the other.
/// </summary>
internal sealed class MethodSummaries
{
    /// <summary>
    /// Longer call chains than this are not followed to their end, for the sake of the stack. It lies far beyond <see cref="CallEffect.MaxDistance"/>,
    /// or what is found would depend on where a search began.
    /// </summary>
    private const int MaxDepth = 160;

    /// <summary>More candidates than this are asked for by a build and not by an editor.</summary>
    private const int MaxUnconfirmed = 150;

    /// <summary>So few members that name a library's member are bound at once: it may spare all the rest. An editor pays for them at each keystroke.</summary>
    private const int FewToConfirm = 5;

    /// <summary>A recursion that has not settled after so many rounds is taken as it stands.</summary>
    private const int MaxRounds = 12;

    private readonly DataLibraries _libraries;
    private readonly ForeignBodies _bodies;
    private readonly CallTargets _targets;
    private readonly Lazy<NameKinds> _kinds;
    private readonly Lazy<ReachingNames> _reaching;
    private readonly Lazy<ReachingNames> _confirmed;
    private int _candidates;
    private readonly ReadOptionsByTree _options;
    private readonly ConcurrentDictionary<IMethodSymbol, MethodSummary> _known = new(SymbolEqualityComparer.Default);

    /// <summary>What a call of a method does, where everything that it may run is known.</summary>
    private readonly ConcurrentDictionary<(IMethodSymbol Method, bool IsVirtualCall), MethodSummary> _calls = new();

    /// <summary>Methods that name nothing from which a database may be reached: they do nothing unless they are handed a delegate.</summary>
    private readonly ConcurrentDictionary<IMethodSymbol, bool> _silent = new(SymbolEqualityComparer.Default);

    private readonly ConcurrentDictionary<IMethodSymbol, DeclaredConsistency> _declarations = new(SymbolEqualityComparer.Default);

    /// <summary>What the flow of a body showed, by the body's syntax; a body without entry has not been solved.</summary>
    private readonly ConcurrentDictionary<SyntaxNode, FlowResult> _flows = new();

    public MethodSummaries(Compilation compilation, DataLibraries libraries, ReadOptionsByTree options)
    {
        _libraries = libraries;
        _options = options;
        _bodies = new ForeignBodies(compilation);
        _targets = new CallTargets(compilation);
        _kinds = new Lazy<NameKinds>(() => new NameKinds(compilation, libraries));
        _reaching = new Lazy<ReachingNames>(() => new ReachingNames(compilation.SyntaxTrees, _kinds.Value, CallEffect.MaxDistance));
        _confirmed = new Lazy<ReachingNames>(() =>
            new LibraryCalls(_bodies, libraries) is var calls && calls.AreMostlyOthers(_reaching.Value.NamingLibrary)
                ? new ReachingNames(compilation.SyntaxTrees, _kinds.Value, CallEffect.MaxDistance, calls.IsConfirmed)
                : _reaching.Value
        );
    }

    /// <summary>
    /// The test on names. An editor asks for one file: names are taken at their word, unless a library's are few. A build asks for all: once it has asked for many bodies it pays for
    /// binding what names a library's member, and everything that only shares such a name is out.
    /// </summary>
    public ReachingNames Reaching =>
        Volatile.Read(ref _candidates) > MaxUnconfirmed || _reaching.Value.NamingLibrary.Count <= FewToConfirm
            ? _confirmed.Value
            : _reaching.Value;

    /// <summary>False where no file names anything that reads or writes a database, so that no body needs to be looked at.</summary>
    public bool MayRead(IEnumerable<SyntaxTree> trees) => trees.Any(tree => _kinds.Value.MayBeginIn(NameIndex.Of(tree)));

    /// <summary>Counts a body that passed the test on names.</summary>
    public void CountCandidate() => Interlocked.Increment(ref _candidates);

    public DataLibraries Libraries => _libraries;

    /// <summary>A search of its own for one analysis, which runs on one thread.</summary>
    public Search Begin(CancellationToken cancellation) => new(this, cancellation);

    /// <summary>One walk down the calls of one body.</summary>
    internal sealed class Search : ICalleeSummaries
    {
        private readonly MethodSummaries _owner;
        private readonly SendingBodies _sending;
        private readonly CancellationToken _cancellation;
        private readonly Dictionary<IMethodSymbol, (MethodSummary Assumed, int Depth)> _open = new(SymbolEqualityComparer.Default);

        /// <summary>Summaries that rest on the assumption for a method still open, with that method's depth; in the order in which they were found.</summary>
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

        public Search(MethodSummaries owner, CancellationToken cancellation)
        {
            _owner = owner;
            _cancellation = cancellation;
            _sending = new SendingBodies(this, owner._libraries);
        }

        /// <summary>What the flow of a method's body shows.</summary>
        /// <param name="method">The method, constructor or accessor.</param>
        /// <param name="body">One part of its body, as <see cref="ForeignBodies.SyntaxOf"/> gives it.</param>
        /// <param name="model">A model of the body's file, so that what others have bound is not bound again.</param>
        public FlowResult OfBody(IMethodSymbol method, SyntaxNode body, SemanticModel model)
        {
            if (!_owner._flows.TryGetValue(body, out var flow))
            {
                Solve(method, [.. ForeignBodies.SyntaxOf(method, _cancellation)], model);
                flow = _owner._flows.TryGetValue(body, out var solved) ? solved : FlowResult.Empty;
            }

            return flow;
        }

        /// <summary>What the flow of a graph that no call reaches shows: an initialiser, a local function by itself.</summary>
        public FlowResult OfGraph(MethodBody body, SemanticModel model) =>
            ReadFlow.Analyze(body.Graph, body.Symbol, model, _owner._libraries, _owner._options.For(model.SyntaxTree), this, _cancellation);

        /// <inheritdoc />
        public MethodSummary OfCall(IMethodSymbol method, bool isVirtualCall, bool runsDelegates)
        {
            method = method.ReducedFrom ?? method;
            if (!runsDelegates && _owner._calls.TryGetValue((method, isVirtualCall), out var known))
            {
                return known;
            }

            var declared = _owner._declarations.GetOrAdd(
                method.OriginalDefinition,
                static m => ConsistencyAnnotations.Of(m, includeAssembly: false)
            );
            if (declared == DeclaredConsistency.Eventual)
            {
                return MethodSummary.Nothing;
            }

            if (declared == DeclaredConsistency.None && !runsDelegates && !_owner.Reaching.Contains(NameOf(method)))
            {
                return MethodSummary.Nothing;
            }

            var targets = _owner._targets.Of(method, isVirtualCall, _cancellation).ToList();
            var summary = Common([.. targets.Select(target => OfBody(target, runsDelegates))]);
            summary = declared == DeclaredConsistency.None ? summary : Pinned(summary, declared);
            if (!runsDelegates && targets.TrueForAll(target => _owner._known.ContainsKey(target) || _owner._silent.ContainsKey(target)))
            {
                _owner._calls.TryAdd((method, isVirtualCall), summary);
            }

            return summary;
        }

        /// <summary>True where each call of the method is proved to make at most one read.</summary>
        public bool MakesAtMostOneRead(IMethodSymbol method) =>
            new CalleeVisibility(this, _owner._libraries, _cancellation).MakesAtMostOneRead(method);

        /// <summary>True where everything that the method may run is known.</summary>
        public bool SeesAll(IMethodSymbol method) => new CalleeVisibility(this, _owner._libraries, _cancellation).SeesAll(method);

        /// <summary>The bound body; null where it is none of this compilation's.</summary>
        public IOperation? OperationOf(SyntaxNode body) => _owner._bodies.OperationOf(body, near: null, _cancellation);

        public IEnumerable<IMethodSymbol> TargetsOf(IMethodSymbol method, bool isVirtualCall) =>
            _owner._targets.Of(method, isVirtualCall, _cancellation);

        /// <inheritdoc />
        public bool HasBody(IMethodSymbol method) =>
            _owner
                ._targets.Of(method, isVirtualCall: true, _cancellation)
                .Any(target => ForeignBodies.SyntaxOf(target, _cancellation).Any());

        /// <summary>
        /// What a call that may run several implementations does: what at least half of them do. A member that most of its
        /// implementations leave to memory is no proof of a read, where one of them happens to reach a database.
        /// </summary>
        private static MethodSummary Common(IReadOnlyList<MethodSummary> targets)
        {
            var reading = targets.Count(t => t.Effects.Any(e => e.ForRows)) * 2 >= targets.Count;
            var writing = targets.Count(t => t.Effects.Any(e => !e.ForRows)) * 2 >= targets.Count;
            var union = targets.Aggregate(MethodSummary.Nothing, MethodSummary.Union);
            return reading && writing
                ? union
                : new MethodSummary([.. union.Effects.Where(e => e.ForRows ? reading : writing)], union.Delegates);
        }

        /// <summary>
        /// An annotated method is one pinned unit, whatever it does inside: its own session orders its reads, but not after those of its caller.
        /// One whose body is not at hand is taken to read.
        /// </summary>
        private static MethodSummary Pinned(MethodSummary summary, DeclaredConsistency declared)
        {
            var writes = summary.Effects.Where(e => !e.ForRows);
            var read = new CallEffect
            {
                Texts = CallEffect.Read,
                ForRows = true,
                OnPrimary = declared == DeclaredConsistency.Primary,
            };
            return new MethodSummary([read, .. writes], summary.Delegates);
        }

        private static string NameOf(IMethodSymbol method) =>
            method switch
            {
                { MethodKind: MethodKind.Constructor } => NameCode.ConstructorOf(method.ContainingType.Name),
                { AssociatedSymbol: IPropertySymbol property } => property.Name,
                { ExplicitInterfaceImplementations: [var implemented, ..] } => implemented.Name,
                _ => method.Name,
            };

        private MethodSummary OfBody(IMethodSymbol method, bool runsDelegates)
        {
            if (_owner._known.TryGetValue(method, out var done))
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

            if (_open.Count >= MaxDepth || (!runsDelegates && _owner._silent.ContainsKey(method)))
            {
                return MethodSummary.Nothing;
            }

            var parts = ForeignBodies
                .SyntaxOf(method, _cancellation)
                .Where(b => runsDelegates || _owner.Reaching.IsMentionedIn(b))
                .ToList();
            if (parts.Count > 0)
            {
                return Solve(method, parts, model: null);
            }

            if (!runsDelegates)
            {
                _owner._silent.TryAdd(method, true);
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
            var operation = _owner._bodies.OperationOf(part, model, _cancellation);
            if (
                operation?.SemanticModel is not { } bound
                || !(method.Parameters.Any(static p => p.Type.TypeKind == TypeKind.Delegate) || _sending.IsOne(operation))
            )
            {
                return FlowResult.Nothing;
            }

            return MethodBody.GraphOf(operation, _cancellation) is { } graph
                ? OfGraph(new MethodBody(method, graph), bound)
                : FlowResult.Empty;
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
            foreach (var flow in flows)
            {
                _owner._flows.TryAdd(flow.Key, flow.Value);
            }

            _owner._known.TryAdd(method, summary);
        }
    }
}
