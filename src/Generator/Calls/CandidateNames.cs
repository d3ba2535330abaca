using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The test on names. An editor asks for one file: names are taken at their word, unless a library's are few. A build asks for all: once
/// it has asked for many bodies it pays for binding what names a library's member, and everything that only shares such a name is out.
/// </summary>
internal sealed class CandidateNames
{
    /// <summary>More candidates than this are asked for by a build and not by an editor.</summary>
    private const int MaxUnconfirmed = 150;

    /// <summary>
    /// So few members that name a library's member are bound at once: it may spare all the rest. An editor pays for them at each keystroke.
    /// </summary>
    private const int FewToConfirm = 5;

    /// <summary>
    /// Names are closed over calls until nothing is added; no chain of calls is longer than this.
    /// </summary>
    public const int MaxLevels = 100;

    private readonly Lazy<NameKinds> _kinds;
    private readonly Lazy<ReachingNames> _reaching;
    private readonly Lazy<ReachingNames> _confirmed;
    private int _candidates;

    /// <param name="compilation">The compilation.</param>
    /// <param name="libraries">What reads and writes.</param>
    /// <param name="bodies">Bodies in other files.</param>
    /// <param name="confirm">Finds what is called without being named and does reach a database, by the names so far.</param>
    public CandidateNames(
        Compilation compilation,
        DataLibraries libraries,
        ForeignBodies bodies,
        Func<ReachingNames, IReadOnlyDictionary<ulong, ImplicitCall>?> confirm
    )
    {
        _kinds = new Lazy<NameKinds>(() => new NameKinds(compilation, libraries));
        _reaching = new Lazy<ReachingNames>(() => Closed(confirmed: null));
        _confirmed = new Lazy<ReachingNames>(() =>
            new LibraryCalls(bodies, libraries) is var calls && calls.AreMostlyOthers(_reaching.Value.NamingLibrary)
                ? Closed(calls.IsConfirmed)
                : _reaching.Value
        );

        ReachingNames Closed(Func<SyntaxTree, NamedMember, bool>? confirmed)
        {
            var names = new ReachingNames(compilation.SyntaxTrees, _kinds.Value, MaxLevels, confirmed);
            return confirm(names) is { } implicitly
                ? new ReachingNames(compilation.SyntaxTrees, _kinds.Value, MaxLevels, confirmed, implicitly)
                : names;
        }
    }

    /// <summary>Names that are known.</summary>
    public CandidateNames(ReachingNames known)
    {
        _kinds = new Lazy<NameKinds>(static () => throw new InvalidOperationException());
        _reaching = _confirmed = new Lazy<ReachingNames>(() => known);
    }

    public ReachingNames Reaching =>
        Volatile.Read(ref _candidates) > MaxUnconfirmed || _reaching.Value.NamingLibrary.Count <= FewToConfirm
            ? _confirmed.Value
            : _reaching.Value;

    /// <summary>False for a method that names nothing from which a database may be reached.</summary>
    public bool MayMatter(IMethodSymbol method) => Reaching.Contains(NameOf(method));

    /// <summary>False where no file names anything that reads or writes a database, so that no body needs to be looked at.</summary>
    public bool MayRead(IEnumerable<SyntaxTree> trees) => trees.Any(tree => _kinds.Value.MayBeginIn(NameIndex.Of(tree)));

    /// <summary>Counts a body that passed the test.</summary>
    public void Count() => Interlocked.Increment(ref _candidates);

    private static string NameOf(IMethodSymbol method) =>
        method switch
        {
            { MethodKind: MethodKind.Constructor } => NameCode.ConstructorOf(method.ContainingType.Name),
            { AssociatedSymbol: IPropertySymbol { IsIndexer: true } } => ImplicitCalls.Indexer,
            { AssociatedSymbol: { } member } => member.Name,
            { MethodKind: MethodKind.UserDefinedOperator } => ImplicitCalls.Operator,
            { MethodKind: MethodKind.Conversion } => ImplicitCalls.Conversion,
            { ExplicitInterfaceImplementations: [var implemented, ..] } => implemented.Name,
            _ => method.Name,
        };
}
