using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The names of members from which a database may be reached, judged by names alone: the cheap test that spares the
/// binding of bodies and callees that cannot matter. It errs on the side of looking.
/// </summary>
internal sealed class ReachingNames
{
    private static readonly ulong SplittingBehavior = NameCode.Of("UseQuerySplittingBehavior");
    private static readonly ulong SplitQuery = NameCode.Of("SplitQuery");

    private readonly HashSet<ulong> _names = [];
    private readonly Lazy<bool> _splitsQueries;
    private readonly IReadOnlyDictionary<ulong, ImplicitCall>? _implicitly;
    private readonly ConcurrentDictionary<SyntaxTree, ImplicitCall> _implicitFiles = new();
    private readonly NameKinds _kinds;

    /// <summary>The members that name a library's member and turned out to call another of that name.</summary>
    private readonly HashSet<(SyntaxTree Tree, int Start)> _refuted = [];

    private readonly ConcurrentDictionary<SyntaxTree, bool> _files = new();

    private readonly List<(SyntaxTree Tree, NamedMember Member)> _namingLibrary = [];

    /// <param name="trees">The files of the compilation.</param>
    /// <param name="kinds">The names that the closure begins with.</param>
    /// <param name="maxDistance">So many calls down effects are followed: what lies further down cannot matter.</param>
    /// <param name="implicitly">The types whose members are called without being named and reach a database, by the code of their names;
    /// null for none.</param>
    /// <param name="confirm">Says whether a member that names a library's member calls it; null to take names at their word, which binds
    /// nothing.</param>
    public ReachingNames(
        IEnumerable<SyntaxTree> trees,
        NameKinds kinds,
        int maxDistance,
        Func<SyntaxTree, NamedMember, bool>? confirm = null,
        IReadOnlyDictionary<ulong, ImplicitCall>? implicitly = null
    )
    {
        _kinds = kinds;
        _implicitly = implicitly;
        var indexes = trees.Select(static tree => (Tree: tree, Index: NameIndex.Of(tree))).ToList();
        _splitsQueries = new Lazy<bool>(() => indexes.Exists(static i => i.Index.Has(SplittingBehavior) && i.Index.Has(SplitQuery)));
        var fresh = new HashSet<ulong>();
        foreach (var (tree, index) in indexes)
        {
            if (kinds.MayBeginIn(index))
            {
                AddBeginnings(tree, index, confirm, fresh);
            }
        }

        if (implicitly is not null)
        {
            fresh.UnionWith(
                indexes
                    .Where(i => ImplicitIn(i.Tree) != ImplicitCall.None)
                    .SelectMany(i => i.Index.Members.Where(m => CallsImplicitly(i.Tree, m)))
                    .Select(static m => m.Name)
            );
        }

        fresh.Remove(0);
        _names.UnionWith(fresh);

        // The names are closed level by level.
        for (var level = 0; level <= maxDistance && fresh.Count > 0; level++)
        {
            var next = new HashSet<ulong>();
            foreach (var (_, index) in indexes)
            {
                if (index.HasAnyOf(fresh))
                {
                    AddMentioning(index, fresh, next);
                }
            }

            _names.UnionWith(next);
            fresh = next;
        }
    }

    /// <summary>The members that name a library's member, confirmed or not, in the order of the files.</summary>
    public IReadOnlyList<(SyntaxTree Tree, NamedMember Member)> NamingLibrary => _namingLibrary;

    /// <summary>True where members that are called without being named reach a database.</summary>
    public bool HasImplicit => _implicitly is not null;

    /// <summary>The members by whose calls, without a name, a database may be reached.</summary>
    public IEnumerable<(SyntaxTree Tree, NamedMember Member, ImplicitCall Kind)> ImplicitlyCalled(IEnumerable<SyntaxTree> trees) =>
        ImplicitCalls.Names.Any(_names.Contains)
            ? trees
                .Where(MayMatter)
                .SelectMany(static tree => NameIndex.Of(tree).Members.Select(member => (tree, member, ImplicitCalls.Of(member.Name))))
                .Where(found => found.Item3 != ImplicitCall.None && IsMentionedIn(found.tree, found.member))
            : [];

    /// <summary>What a node of this file may call without naming it and reach a database.</summary>
    public ImplicitCall ImplicitIn(SyntaxTree tree) =>
        _implicitly is null
            ? ImplicitCall.None
            : _implicitFiles.GetOrAdd(
                tree,
                t =>
                    NameIndex
                        .Of(t)
                        .Codes.Aggregate(ImplicitCall.None, (all, code) => _implicitly.TryGetValue(code, out var kind) ? all | kind : all)
            );

    /// <summary>True where the options of a context give each collection that a query includes a statement of its own.</summary>
    public bool SplitsQueries => _splitsQueries.Value;

    public bool Contains(string name)
    {
        var code = NameCode.Of(name);
        return _names.Contains(code) || (_kinds.Of(code, name) & (NameKind.Library | NameKind.Annotated)) != 0;
    }

    /// <summary>False where no body of the file can reach a database.</summary>
    public bool MayMatter(SyntaxTree tree) =>
        _files.GetOrAdd(
            tree,
            t => NameIndex.Of(t) is var index && (_kinds.MayBeginIn(index) || index.HasAnyOf(_names) || ImplicitIn(t) != ImplicitCall.None)
        );

    /// <summary>True where a body mentions a name that may reach a database.</summary>
    public bool IsMentionedIn(SyntaxNode body) => MayMatter(body.SyntaxTree) && IsMentionedIn(body.SyntaxTree, NameIndex.MemberOf(body));

    /// <summary>The same for what the index says of a body.</summary>
    public bool IsMentionedIn(SyntaxTree tree, NamedMember member)
    {
        if (member.MentionsAnyOf(_names))
        {
            return true;
        }

        var mentioned = _kinds.In(member);
        return (mentioned & NameKind.Annotated) != 0
            || ((mentioned & NameKind.Library) != 0 && !_refuted.Contains((tree, member.Start)))
            || SendsQuery(member, mentioned)
            || CallsImplicitly(tree, member);
    }

    /// <summary>The test on a name in one body.</summary>
    public Func<string, bool> In(SyntaxTree tree, NamedMember body)
    {
        var wanted =
            NameKind.Annotated
            | (NamesQuery(body) ? NameKind.Query : NameKind.None)
            | (_refuted.Contains((tree, body.Start)) ? NameKind.None : NameKind.Library);
        return name => NameCode.Of(name) is var code && (_names.Contains(code) || (_kinds.Of(code, name) & wanted) != 0);
    }

    /// <summary>True where the body gets hold of a query.</summary>
    public bool NamesQuery(NamedMember body) => _kinds.NamesQuery(body, _kinds.In(body));

    /// <summary>Adds the members of a file that read by themselves.</summary>
    private void AddBeginnings(SyntaxTree tree, NameIndex index, Func<SyntaxTree, NamedMember, bool>? confirm, HashSet<ulong> found)
    {
        var kinds = _kinds.InMembers(index);
        for (var i = 0; i < kinds.Length; i++)
        {
            var (member, mentioned) = (index.Members[i], kinds[i]);
            var namesLibrary = (mentioned & NameKind.Library) != 0;
            if (namesLibrary)
            {
                _namingLibrary.Add((tree, member));
            }

            if (namesLibrary && confirm?.Invoke(tree, member) == false)
            {
                _refuted.Add((tree, member.Start));
                namesLibrary = false;
            }

            if (namesLibrary || (mentioned & NameKind.Annotated) != 0 || SendsQuery(member, mentioned))
            {
                found.Add(member.Name);
            }
        }
    }

    /// <summary>Adds the members of a file that mention one of the names and are not among those that are known.</summary>
    private void AddMentioning(NameIndex index, HashSet<ulong> names, HashSet<ulong> found)
    {
        foreach (var member in index.Members)
        {
            if (member.Name != 0 && !_names.Contains(member.Name) && member.MentionsAnyOf(names))
            {
                found.Add(member.Name);
            }
        }
    }

    private bool CallsImplicitly(SyntaxTree tree, NamedMember member) =>
        ImplicitIn(tree) is not ImplicitCall.None and var kinds
        && SyntaxNames.DeclarationOf(tree, member)?.DescendantNodes().Any(n => (ImplicitCalls.Of(n) & kinds) != 0) == true;

    private bool SendsQuery(NamedMember member, NameKind mentioned) =>
        _kinds.NamesQuery(member, mentioned) && (member.WalksQueries || (mentioned & NameKind.Query) != 0);
}
