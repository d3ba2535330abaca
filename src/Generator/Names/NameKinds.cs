using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Names;

/// <summary>The names in one compilation from which reading may begin, and why.</summary>
internal sealed class NameKinds
{
    private readonly DataLibraries _libraries;
    private readonly Dictionary<ulong, NameKind> _kinds = [];

    public NameKinds(Compilation compilation, DataLibraries libraries)
    {
        _libraries = libraries;
        var verdicts = new Dictionary<ulong, NameKind>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            foreach (var pair in NameIndex.Of(tree).Judge(libraries.NamesKey, verdicts, Judge))
            {
                _kinds[pair.Key] = pair.Value;
            }
        }

        Mark(new AnnotatedNames(compilation).Codes, NameKind.Annotated);
        Mark(new QueryNames(compilation, libraries).Codes, NameKind.QuerySource);
    }

    /// <summary>True where a name in the file may begin a read by itself.</summary>
    public bool MayBeginIn(NameIndex index)
    {
        foreach (var code in index.Codes)
        {
            if (_kinds.TryGetValue(code, out var kind) && kind != NameKind.Query)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Everything that the names in a body may mean.</summary>
    public NameKind In(NamedMember body)
    {
        var all = NameKind.None;
        foreach (var code in body.Mentions)
        {
            if (_kinds.TryGetValue(code, out var kind))
            {
                all |= kind;
            }
        }

        return all;
    }

    /// <summary>What a name may mean; one that stands in no file of the compilation is judged now.</summary>
    public NameKind Of(ulong code, string name) => _kinds.TryGetValue(code, out var kind) ? kind : Judge(name);

    /// <summary>True where the body gets hold of a query.</summary>
    public bool NamesQuery(NamedMember body, NameKind mentioned) =>
        _libraries.Types.HasQueries && (body.TakesQuery || (mentioned & NameKind.QuerySource) != 0);

    private NameKind Judge(string name) =>
        (_libraries.MayTouch(name) ? NameKind.Library : NameKind.None) | (_libraries.MayTouchQuery(name) ? NameKind.Query : NameKind.None);

    private void Mark(IEnumerable<ulong> codes, NameKind kind)
    {
        foreach (var code in codes)
        {
            _kinds[code] = _kinds.TryGetValue(code, out var known) ? known | kind : kind;
        }
    }
}
