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

    private readonly DataLibraries libraries;
    private readonly ForeignBodies bodies;
    private readonly CallTargets targets;
    private readonly Lazy<NameKinds> kinds;
    private readonly Lazy<ReachingNames> reaching;
    private readonly Lazy<ReachingNames> confirmed;
    private int candidates;
    private readonly ReadOptionsByTree options;
    private readonly ConcurrentDictionary<IMethodSymbol, MethodSummary> known = new(SymbolEqualityComparer.Default);

    /// <summary>What a call of a method does, where everything that it may run is known.</summary>
    private readonly ConcurrentDictionary<(IMethodSymbol Method, bool IsVirtualCall), MethodSummary> calls = new();

    /// <summary>Methods that name nothing from which a database may be reached: they do nothing unless they are handed a delegate.</summary>
    private readonly ConcurrentDictionary<IMethodSymbol, bool> silent = new(SymbolEqualityComparer.Default);

    private readonly ConcurrentDictionary<IMethodSymbol, DeclaredConsistency> declarations = new(SymbolEqualityComparer.Default);

    /// <summary>What the flow of a body showed, by the body's syntax; a body without entry has not been solved.</summary>
    private readonly ConcurrentDictionary<SyntaxNode, FlowResult> flows = new();

    public MethodSummaries(Compilation compilation, DataLibraries libraries, ReadOptionsByTree options)
    {
        this.libraries = libraries;
        this.options = options;
        bodies = new ForeignBodies(compilation);
        targets = new CallTargets(compilation);
        kinds = new Lazy<NameKinds>(() => new NameKinds(compilation, libraries));
        reaching = new Lazy<ReachingNames>(() => new ReachingNames(compilation.SyntaxTrees, kinds.Value, CallEffect.MaxDistance));
        confirmed = new Lazy<ReachingNames>(() =>
            new LibraryCalls(bodies, libraries) is var calls && calls.AreMostlyOthers(reaching.Value.NamingLibrary)
                ? new ReachingNames(compilation.SyntaxTrees, kinds.Value, CallEffect.MaxDistance, calls.IsConfirmed)
                : reaching.Value
        );
    }

    /// <summary>
    /// The test on names. An editor asks for one file: names are taken at their word, unless a library's are few. A build asks for all: once it has asked for many bodies it pays for
    /// binding what names a library's member, and everything that only shares such a name is out.
    /// </summary>
    public ReachingNames Reaching =>
        Volatile.Read(ref candidates) > MaxUnconfirmed || reaching.Value.NamingLibrary.Count <= FewToConfirm
            ? confirmed.Value
            : reaching.Value;

    /// <summary>False where no file names anything that reads or writes a database, so that no body needs to be looked at.</summary>
    public bool MayRead(IEnumerable<SyntaxTree> trees) => trees.Any(tree => kinds.Value.MayBeginIn(NameIndex.Of(tree)));

    /// <summary>Counts a body that passed the test on names.</summary>
    public void CountCandidate() => Interlocked.Increment(ref candidates);

    public DataLibraries Libraries => libraries;

    /// <summary>A search of its own for one analysis, which runs on one thread.</summary>
    public Search Begin(CancellationToken cancellation) => new(this, cancellation);

    /// <summary>One walk down the calls of one body.</summary>
    internal sealed class Search : ICalleeSummaries
    {
        private readonly MethodSummaries owner;
        private readonly SendingBodies sending;
        private readonly CancellationToken cancellation;
        private readonly Dictionary<IMethodSymbol, (MethodSummary Assumed, int Depth)> open = new(SymbolEqualityComparer.Default);

        /// <summary>Summaries that rest on the assumption for a method still open, with that method's depth; in the order in which they were found.</summary>
        private readonly Dictionary<
            IMethodSymbol,
            (MethodSummary Summary, int UsedDepth, Dictionary<SyntaxNode, FlowResult> Flows)
        > provisional = new(SymbolEqualityComparer.Default);
        private readonly List<IMethodSymbol> found = [];

        /// <summary>What the last round found for methods inside a recursion: the next one starts from there.</summary>
        private readonly Dictionary<IMethodSymbol, MethodSummary> assumed = new(SymbolEqualityComparer.Default);

        /// <summary>True where the running round has found more of a method inside a recursion than the round before.</summary>
        private bool hasGrown;

        /// <summary>The shallowest open method whose assumption the running computation has used.</summary>
        private int usedDepth = int.MaxValue;

        public Search(MethodSummaries owner, CancellationToken cancellation)
        {
            this.owner = owner;
            this.cancellation = cancellation;
            sending = new SendingBodies(this, owner.libraries);
        }

        /// <summary>What the flow of a method's body shows.</summary>
        /// <param name="method">The method, constructor or accessor.</param>
        /// <param name="body">One part of its body, as <see cref="ForeignBodies.SyntaxOf"/> gives it.</param>
        /// <param name="model">A model of the body's file, so that what others have bound is not bound again.</param>
        public FlowResult OfBody(IMethodSymbol method, SyntaxNode body, SemanticModel model)
        {
            if (!owner.flows.TryGetValue(body, out var flow))
            {
                Solve(method, [.. ForeignBodies.SyntaxOf(method, cancellation)], model);
                flow = owner.flows.TryGetValue(body, out var solved) ? solved : FlowResult.Empty;
            }

            return flow;
        }

        /// <summary>What the flow of a graph that no call reaches shows: an initialiser, a local function by itself.</summary>
        public FlowResult OfGraph(MethodBody body, SemanticModel model) =>
            ReadFlow.Analyze(body.Graph, body.Symbol, model, owner.libraries, owner.options.For(model.SyntaxTree), this, cancellation);

        /// <inheritdoc />
        public MethodSummary OfCall(IMethodSymbol method, bool isVirtualCall, bool runsDelegates)
        {
            method = method.ReducedFrom ?? method;
            if (!runsDelegates && owner.calls.TryGetValue((method, isVirtualCall), out var known))
            {
                return known;
            }

            var declared = owner.declarations.GetOrAdd(
                method.OriginalDefinition,
                static m => ConsistencyAnnotations.Of(m, includeAssembly: false)
            );
            if (declared == DeclaredConsistency.Eventual)
            {
                return MethodSummary.Nothing;
            }

            if (declared == DeclaredConsistency.None && !runsDelegates && !owner.Reaching.Contains(NameOf(method)))
            {
                return MethodSummary.Nothing;
            }

            var targets = owner.targets.Of(method, isVirtualCall, cancellation).ToList();
            var summary = Common([.. targets.Select(target => OfBody(target, runsDelegates))]);
            summary = declared == DeclaredConsistency.None ? summary : Pinned(summary, declared);
            if (!runsDelegates && targets.TrueForAll(target => owner.known.ContainsKey(target) || owner.silent.ContainsKey(target)))
            {
                owner.calls.TryAdd((method, isVirtualCall), summary);
            }

            return summary;
        }

        /// <summary>True where each call of the method is proved to make at most one read.</summary>
        public bool MakesAtMostOneRead(IMethodSymbol method) =>
            new CalleeVisibility(this, owner.libraries, cancellation).MakesAtMostOneRead(method);

        /// <summary>True where everything that the method may run is known.</summary>
        public bool SeesAll(IMethodSymbol method) => new CalleeVisibility(this, owner.libraries, cancellation).SeesAll(method);

        /// <summary>The bound body; null where it is none of this compilation's.</summary>
        public IOperation? OperationOf(SyntaxNode body) => owner.bodies.OperationOf(body, near: null, cancellation);

        public IEnumerable<IMethodSymbol> TargetsOf(IMethodSymbol method, bool isVirtualCall) =>
            owner.targets.Of(method, isVirtualCall, cancellation);

        /// <inheritdoc />
        public bool HasBody(IMethodSymbol method) =>
            owner.targets.Of(method, isVirtualCall: true, cancellation).Any(target => ForeignBodies.SyntaxOf(target, cancellation).Any());

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
            if (owner.known.TryGetValue(method, out var done))
            {
                return done;
            }

            if (open.TryGetValue(method, out var entry))
            {
                usedDepth = Math.Min(usedDepth, entry.Depth);
                return entry.Assumed;
            }

            if (provisional.TryGetValue(method, out var soFar))
            {
                usedDepth = Math.Min(usedDepth, soFar.UsedDepth);
                return soFar.Summary;
            }

            if (open.Count >= MaxDepth || (!runsDelegates && owner.silent.ContainsKey(method)))
            {
                return MethodSummary.Nothing;
            }

            var parts = ForeignBodies.SyntaxOf(method, cancellation).Where(b => runsDelegates || owner.Reaching.IsMentionedIn(b)).ToList();
            if (parts.Count > 0)
            {
                return Solve(method, parts, model: null);
            }

            if (!runsDelegates)
            {
                owner.silent.TryAdd(method, true);
            }

            return MethodSummary.Nothing;
        }

        private MethodSummary Solve(IMethodSymbol method, List<SyntaxNode> parts, SemanticModel? model)
        {
            var depth = open.Count;
            var outerUsed = usedDepth;
            var hadGrown = hasGrown;
            var firstFound = found.Count;
            var flows = new Dictionary<SyntaxNode, FlowResult>();
            var summary = assumed.TryGetValue(method, out var before) ? before : MethodSummary.Nothing;
            for (var round = 0; round < MaxRounds; round++)
            {
                cancellation.ThrowIfCancellationRequested();
                Forget(firstFound, isFinal: false);
                open[method] = (summary, depth);
                usedDepth = int.MaxValue;
                hasGrown = false;
                var next = summary;
                foreach (var part in parts)
                {
                    var flow = FlowOf(method, part, model);
                    flows[part] = flow;
                    next = MethodSummary.Union(next, flow.Summary);
                }

                // Within a larger recursion the method that opened it goes round for all: rounds within rounds would multiply.
                var settled = (next.Equals(summary) && !hasGrown) || usedDepth != depth;
                hasGrown |= !next.Equals(summary);
                summary = next;
                if (settled)
                {
                    break;
                }
            }

            hasGrown |= hadGrown;
            open.Remove(method);
            if (usedDepth >= depth)
            {
                // The recursion closes here: what was found inside it under this method's last assumption holds as well.
                Forget(firstFound, isFinal: true);
                Keep(method, summary, flows);
                usedDepth = outerUsed;
            }
            else
            {
                assumed[method] = summary;
                provisional[method] = (summary, usedDepth, flows);
                found.Add(method);
                usedDepth = Math.Min(outerUsed, usedDepth);
            }

            return summary;
        }

        /// <summary>The flow of one part of a body. Its graph is made only where something in it sends a command.</summary>
        private FlowResult FlowOf(IMethodSymbol method, SyntaxNode part, SemanticModel? model)
        {
            var operation = owner.bodies.OperationOf(part, model, cancellation);
            if (
                operation?.SemanticModel is not { } bound
                || !(method.Parameters.Any(static p => p.Type.TypeKind == TypeKind.Delegate) || sending.IsOne(operation))
            )
            {
                return FlowResult.Nothing;
            }

            return MethodBody.GraphOf(operation, cancellation) is { } graph
                ? OfGraph(new MethodBody(method, graph), bound)
                : FlowResult.Empty;
        }

        private void Forget(int first, bool isFinal)
        {
            for (var i = found.Count - 1; i >= first; i--)
            {
                if (isFinal)
                {
                    Keep(found[i], provisional[found[i]].Summary, provisional[found[i]].Flows);
                }

                provisional.Remove(found[i]);
                found.RemoveAt(i);
            }
        }

        private void Keep(IMethodSymbol method, MethodSummary summary, Dictionary<SyntaxNode, FlowResult> flows)
        {
            foreach (var flow in flows)
            {
                owner.flows.TryAdd(flow.Key, flow.Value);
            }

            owner.known.TryAdd(method, summary);
        }
    }
}
