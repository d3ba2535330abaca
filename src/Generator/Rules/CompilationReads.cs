using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// What is looked up once per compilation, when the first body asks for it. It does not end with the request that happened to ask first:
/// a cancelled lookup would be kept.
/// </summary>
internal sealed class CompilationReads(Compilation compilation, AnalyzerOptions options)
{
    private readonly Lazy<MethodSummaries?> _summaries = new(() =>
    {
        var provider = options.AnalyzerConfigOptionsProvider;
        var repositoriesRead = ReadOptions.IsSetAnywhere(ReadOptions.RepositoryConventionOption, compilation, provider);
        var libraries = DataLibraries.Create(
            compilation,
            new ListedMembers(MemberLists.Of(compilation, options, CancellationToken.None)),
            repositoriesRead
        );
        return libraries is null ? null : new MethodSummaries(compilation, libraries, new ReadOptionsByTree(provider));
    });

    private readonly Lazy<Baseline> _baseline = new(() => new Baseline(options, CancellationToken.None));

    private readonly Lazy<SeriesPlans> _plans = new(() => new SeriesPlans(compilation, options, CancellationToken.None));

    public Baseline Baseline => _baseline.Value;

    public SeriesPlans Plans => _plans.Value;

    /// <summary>
    /// False where no body of the compilation needs to be looked at: nothing in it names what reads, and nothing declares how.
    /// </summary>
    public bool MayFind => Summaries is { } found && (found.MayRead(compilation.SyntaxTrees) || AnnotationNames.AreIn(compilation));

    /// <summary>Null where nothing in the compilation can read a database.</summary>
    public MethodSummaries? Summaries => _summaries.Value;
}
