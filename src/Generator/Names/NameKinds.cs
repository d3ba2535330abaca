using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Names;

/// <summary>The names in one compilation from which reading may begin, and why.</summary>
internal sealed class NameKinds
{
    private readonly DataLibraries _libraries;

    /// <summary>What names mean to the libraries.</summary>
    private readonly Dictionary<ulong, NameKind> _kinds = [];

    /// <summary>What names mean by what the compilation says of them.</summary>
    private readonly Dictionary<ulong, NameKind> _marks = [];

    private readonly HashSet<ulong> _marked;

    public NameKinds(Compilation compilation, DataLibraries libraries)
    {
        _libraries = libraries;
        var verdicts = new Dictionary<ulong, NameKind>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            foreach (var pair in NameIndex.Of(tree).Judge(libraries.NamesKey, verdicts, Judge).Found)
            {
                _kinds[pair.Key] = pair.Value;
            }
        }

        Mark(new AnnotatedNames(compilation).Codes, NameKind.Annotated);
        Mark(new QueryNames(compilation, libraries).Codes, NameKind.QuerySource);
        _marked = [.. _marks.Keys];
    }

    /// <summary>True where a name in the file may begin a read by itself.</summary>
    public bool MayBeginIn(NameIndex index) =>
        (index.VerdictsFor(_libraries.NamesKey)?.MayBegin ?? Array.Exists(index.Codes, MayBegin)) || HasMarks(index);

    /// <summary>Everything that the names in each of a file's members may mean, in the order of the members.</summary>
    public NameKind[] InMembers(NameIndex index)
    {
        var members = index.Members;
        var own = index.VerdictsFor(_libraries.NamesKey)?.OfMembers(members) ?? [.. members.Select(member => Of(member, _kinds))];
        return HasMarks(index) ? [.. own.Select((kind, i) => kind | Of(members[i], _marks))] : own;
    }

    /// <summary>Everything that the names in a body may mean.</summary>
    public NameKind In(NamedMember body) => Of(body, _kinds) | Of(body, _marks);

    /// <summary>What the names in a body mean by what some names mean.</summary>
    public static NameKind Of(NamedMember body, Dictionary<ulong, NameKind> kinds)
    {
        var all = NameKind.None;
        if (kinds.Count > 0)
        {
            foreach (var code in body.Mentions)
            {
                if (kinds.TryGetValue(code, out var kind))
                {
                    all |= kind;
                }
            }
        }

        return all;
    }

    /// <summary>What a name may mean; one that stands in no file of the compilation is judged now.</summary>
    public NameKind Of(ulong code, string name) =>
        (_kinds.TryGetValue(code, out var kind) ? kind : Judge(name)) | (_marks.TryGetValue(code, out var mark) ? mark : NameKind.None);

    /// <summary>True where the body gets hold of a query.</summary>
    public bool NamesQuery(NamedMember body, NameKind mentioned) =>
        _libraries.Types.HasQueries && (body.TakesQuery || (mentioned & NameKind.QuerySource) != 0);

    private NameKind Judge(string name) =>
        (_libraries.MayTouch(name) ? NameKind.Library : NameKind.None) | (_libraries.MayTouchQuery(name) ? NameKind.Query : NameKind.None);

    private void Mark(IEnumerable<ulong> codes, NameKind kind)
    {
        foreach (var code in codes)
        {
            _marks[code] = _marks.TryGetValue(code, out var known) ? known | kind : kind;
        }
    }

    private bool HasMarks(NameIndex index) => _marked.Count > 0 && index.HasAnyOf(_marked);

    private bool MayBegin(ulong code) => _kinds.TryGetValue(code, out var kind) && kind != NameKind.Query;
}
