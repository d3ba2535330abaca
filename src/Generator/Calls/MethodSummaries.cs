using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// Summaries of the methods of one compilation, found on demand from their bodies and kept. A body's flow runs once, whether its report or
/// a caller asks first: what it shows is kept for the other.
/// </summary>
internal sealed class MethodSummaries
{
    private readonly ForeignBodies _bodies;
    private readonly CallTargets _targets;
    private readonly CandidateNames _names;
    private readonly Implementations _implementations;
    private readonly TypeDependence _dependence;
    private readonly ReadOptionsByTree _options;
    private readonly SummaryMemory _memory = new();

    public MethodSummaries(Compilation compilation, DataLibraries libraries, ReadOptionsByTree options)
    {
        Libraries = libraries;
        _options = options;
        _bodies = new ForeignBodies(compilation);
        _targets = new CallTargets(compilation);
        _implementations = new Implementations(new MadeTypes(compilation));
        _names = new CandidateNames(
            compilation,
            libraries,
            _bodies,
            names =>
                ImplicitTypes.In(
                    names.ImplicitlyCalled(compilation.SyntaxTrees),
                    _bodies,
                    () =>
                        new SummarySearch(
                            new SummaryMemory(),
                            new CandidateNames(names),
                            _bodies,
                            _targets,
                            _implementations,
                            new TypeDependence(_targets, new CandidateNames(names), _bodies),
                            libraries,
                            options,
                            CancellationToken.None
                        )
                )
        );
        _dependence = new TypeDependence(_targets, _names, _bodies);
    }

    public DataLibraries Libraries { get; }

    /// <inheritdoc cref="ForeignBodies.ModelOf" />
    public SemanticModel? ModelOf(SyntaxTree tree) => _bodies.ModelOf(tree);

    /// <inheritdoc cref="CandidateNames.Reaching" />
    public ReachingNames Reaching => _names.Reaching;

    /// <inheritdoc cref="CandidateNames.MayRead" />
    public bool MayRead(IEnumerable<SyntaxTree> trees) => _names.MayRead(trees);

    /// <inheritdoc cref="CandidateNames.Count" />
    public void CountCandidate() => _names.Count();

    /// <summary>A search of its own for one analysis, which runs on one thread.</summary>
    public SummarySearch Begin(CancellationToken cancellation) =>
        new(_memory, _names, _bodies, _targets, _implementations, _dependence, Libraries, _options, cancellation);
}
