using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.FlowAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// Where the flow of one body stands: the graph, the block, and the state of the path, which nothing else writes. With it goes what the
/// body is judged by.
/// </summary>
internal sealed class FlowContext(
    ControlFlowGraph graph,
    IMethodSymbol? method,
    SemanticModel model,
    DataLibraries libraries,
    ReadOptions options,
    CancellationToken cancellation,
    FlowTrace? trace = null
)
{
    /// <summary>The unit of whatever runs in an open transaction scope.</summary>
    public const string ScopeUnit = "transaction scope";

    private readonly IOperation _body = graph.OriginalOperation;
    private CacheMisses? _misses;

    /// <summary>The method, accessor or local function that the body belongs to; null for an initialiser.</summary>
    public IMethodSymbol? Method { get; } = method;

    public SemanticModel Model { get; } = model;

    public DataLibraries Libraries { get; } = libraries;

    public LibraryTypes Types { get; } = libraries.Types;

    public ReadOptions Options { get; } = options;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>Who wants to know what the walk passes; null where only what is at fault is asked for.</summary>
    public FlowTrace? Trace { get; } = trace;

    /// <summary>The graph that is being walked: the body's, or that of a lambda in it.</summary>
    public ControlFlowGraph Graph { get; private set; } = graph;

    public BasicBlock? Block { get; private set; }

    public FlowState State { get; private set; } = FlowState.Start;

    /// <summary>What the delegate that is being run is run through.</summary>
    public Detour Through { get; set; }

    /// <summary>True after a call that does not come back, until the walk has seen it.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>True where that call throws.</summary>
    public bool EndThrows { get; private set; }

    /// <summary>How often something has gone to a database so far.</summary>
    public int Sent { get; private set; }

    public TrackedObject this[object identity] => State[identity];

    /// <summary>What the body reaches one of its places through. In the body itself a cache's miss counts like any path.</summary>
    public Detour ThroughAt(IOperation place)
    {
        var miss = (_misses ??= CacheMisses.In(_body)).At(place.Syntax);
        return miss > Through ? miss : Through;
    }

    /// <summary>The ordinal of the body's own parameter that an object is; null where it is none.</summary>
    public int? OrdinalOf(object? identity) =>
        identity is IParameterSymbol parameter && SymbolEqualityComparer.Default.Equals(parameter.ContainingSymbol, Method)
            ? parameter.Ordinal
            : null;

    public void CountSent() => Sent++;

    public void End(bool throws) => (IsEnded, EndThrows) = (true, throws);

    /// <summary>The walk has seen that a call did not come back, or goes on elsewhere.</summary>
    public void GoOn() => IsEnded = false;

    /// <summary>Another path goes on from here.</summary>
    public void GoOnFrom(FlowState state) => State = state;

    public void Enter(BasicBlock block, FlowState entry)
    {
        Block = block;
        State = entry;
    }

    /// <summary>Goes into the graph of a lambda; <see cref="Return"/> comes back.</summary>
    public Place EnterGraph(ControlFlowGraph inner)
    {
        var outer = new Place(Graph, Block);
        Graph = inner;
        return outer;
    }

    /// <summary>Comes back from a lambda's graph, with what the path has done by then.</summary>
    public void Return(Place outer, FlowState state)
    {
        (Graph, Block) = (outer.Graph, outer.Block);
        State = state;
    }

    public Value GetValue(object key) => State.Values.TryGetValue(key, out var value) ? value : Value.Unknown;

    /// <summary>What is unknown is not kept: most values of most bodies are.</summary>
    /// <param name="key">What holds it.</param>
    /// <param name="value">The value.</param>
    /// <param name="isKept">True where it matters that nothing is known.</param>
    public void SetValue(object key, Value value, bool isKept = false)
    {
        // A parameter that was assigned something unknown is no longer what the caller handed over, nor a local what it was on another
        // path.
        if (isKept || !value.Equals(Value.Unknown) || key is IParameterSymbol || State.Values.ContainsKey(key))
        {
            State = State with { Values = State.Values.SetItem(key, value) };
        }
    }

    public void Update(object identity, TrackedObject tracked) => State = State with { Objects = State.Objects.SetItem(identity, tracked) };

    /// <summary>Whether a transaction has begun on each of the connections.</summary>
    public void SetTransaction(Items<object> connections, bool hasTransaction)
    {
        foreach (var connection in connections)
        {
            SetTransaction(connection, hasTransaction);
        }
    }

    public void SetTransaction(object connection, bool hasTransaction) =>
        Update(connection, State[connection] with { HasTransaction = hasTransaction });

    /// <summary>A new object; what ran through an earlier one from the same place now belongs to the past.</summary>
    public Value Create(IOperation operation, TrackedObject tracked)
    {
        Retire(operation);
        Update(operation, tracked);
        return Value.OfObject(operation);
    }

    /// <summary>The unit's object is made or opened anew.</summary>
    public void Retire(object unit) => State = State with { Observed = State.Observed.Retired(unit), Wrote = State.Wrote.Retired(unit) };

    public void OpenScope()
    {
        Retire(ScopeUnit);
        SetScopes(State.Scopes + 1);
    }

    public void CloseScope() => SetScopes(Math.Max(0, State.Scopes - 1));

    public void SetScopes(int scopes) => State = State with { Scopes = scopes };

    public void SetSession(OpenSession? session)
    {
        if (Trace is { } trace && session is not null)
        {
            trace.Begun(session);
            session = trace.IgnoresSessions ? null : session;
        }

        State = State with { Session = session };
    }

    /// <param name="access">The read.</param>
    /// <param name="counts">False where the path has read at its place before.</param>
    public void Observe(Access access, bool counts) =>
        State = State with { Observed = State.Observed.Add(access), MostReads = State.MostReads + (counts ? 1 : 0) };

    public void Write(Access access) => State = State with { Wrote = State.Wrote.Add(access) };

    public void RunParameter(int ordinal) => State = State with { Ran = State.Ran | BitOf(ordinal) };

    public bool HasRun(int ordinal) => (State.Ran & BitOf(ordinal)) != 0;

    /// <summary>What follows is another piece of work.</summary>
    public void StartAfresh() => State = State with { MostReads = 0, Observed = Accesses.Empty, Wrote = Accesses.Empty, Ran = 0 };

    /// <summary>The bit of a delegate parameter among those that a path has run.</summary>
    public static ulong BitOf(int ordinal) => 1ul << Math.Min(ordinal, 63);

    /// <summary>A place to come back to.</summary>
    public readonly record struct Place(ControlFlowGraph Graph, BasicBlock? Block);
}
