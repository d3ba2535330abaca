using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;

namespace MonotonicReads.Generator.Names;

/// <summary>
/// The names in one file: first all of them, read from the text without a node being made; and where somebody asks, each member that has a
/// body with the names in it. A pure function of the syntax tree and kept with it, so that an edit reads one file again and not the
/// project.
/// </summary>
internal sealed class NameIndex
{
    private static readonly ConditionalWeakTable<SyntaxTree, NameIndex> ByTree = new();

    /// <summary>So few names are looked up one by one.</summary>
    private const int FewNames = 32;

    private readonly SyntaxTree _tree;

    /// <summary>Where each of the <see cref="Codes"/> stands first: of a constructor's name the complement.</summary>
    private readonly int[] _places;

    private readonly CodeFilter _filter;

    private readonly bool _isBroken;

    private NamedMember[]? _members;

    private FileVerdicts? _judged;

    private NameIndex(SyntaxTree tree)
    {
        _tree = tree;
        var found = WordSet.OfThread;
        var source = SourceWords.Of(tree.GetText());
        while (source.Next())
        {
            found.Add(source.Code, source.Start);
            if (source.IsCreated)
            {
                found.Add(NameCode.OfConstructor(source.Code), ~source.Start);
            }
        }

        _isBroken = source.IsBroken;
        if (_isBroken)
        {
            foreach (var token in tree.GetRoot().DescendantTokens(descendIntoTrivia: false))
            {
                MemberNames.AddToken(found, token);
            }
        }

        Codes = found.Take(out _places);
        _filter = new CodeFilter(Codes);
        NamesOurs = Has(AnnotationCodes.Namespace);
        MayBeginSession = Has(AnnotationCodes.Session);
        MayAnnotate = HasAnyOf(AnnotationCodes.Annotations);
        if (MayAnnotate)
        {
            Annotated = SyntaxNames.AnnotatedIn(tree.GetRoot());
        }

        if (HasAnyOf(QueryTypeNames.Codes))
        {
            QuerySources = QueryTypeNames.SourcesIn(tree.GetRoot());
        }
    }

    /// <summary>The codes of all words in the file, each once.</summary>
    public ulong[] Codes { get; }

    /// <summary>True where the file names our namespace.</summary>
    public bool NamesOurs { get; }

    /// <summary>True where an annotation may be written in the file.</summary>
    public bool MayAnnotate { get; }

    /// <summary>True where code in the file may begin a session.</summary>
    public bool MayBeginSession { get; }

    /// <summary>The methods that carry an annotation, on themselves or on a type around them, judged by how it is written.</summary>
    public IReadOnlyCollection<string> Annotated { get; } = [];

    /// <summary>The members that hand out queries, judged by how their types are written.</summary>
    public IReadOnlyCollection<string> QuerySources { get; } = [];

    /// <summary>The members that have a body, in the order in which they stand.</summary>
    public IReadOnlyList<NamedMember> Members
    {
        get
        {
            var known = Volatile.Read(ref _members);
            if (known is null)
            {
                Volatile.Write(ref _members, known = MemberNames.In(_tree, _isBroken));
            }

            return known;
        }
    }

    public static NameIndex Of(SyntaxTree tree) => ByTree.GetValue(tree, static t => new NameIndex(t));

    public bool Has(ulong code) => _filter.MayHold(code) && Array.IndexOf(Codes, code) >= 0;

    public bool HasAnyOf(HashSet<ulong> names)
    {
        if (names.Count <= FewNames)
        {
            foreach (var name in names)
            {
                if (Has(name))
                {
                    return true;
                }
            }

            return false;
        }

        foreach (var code in Codes)
        {
            if (names.Contains(code))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What was found for some libraries; null where nobody has looked, or last for others.</summary>
    /// <param name="libraries">What stands for the libraries: where it is equal the verdicts are.</param>
    public FileVerdicts? VerdictsFor(string libraries) =>
        Volatile.Read(ref _judged) is { } kept && kept.Libraries == libraries ? kept : null;

    /// <summary>The names in the file that matter to some libraries.</summary>
    /// <param name="libraries">What stands for the libraries.</param>
    /// <param name="verdicts">The verdicts of other files, for which a name is not judged again.</param>
    /// <param name="judge">Judges a name.</param>
    public FileVerdicts Judge(string libraries, Dictionary<ulong, NameKind> verdicts, Func<string, NameKind> judge)
    {
        if (VerdictsFor(libraries) is { } known)
        {
            return known;
        }

        var found = new List<KeyValuePair<ulong, NameKind>>();
        for (var i = 0; i < Codes.Length; i++)
        {
            if (!verdicts.TryGetValue(Codes[i], out var kind))
            {
                verdicts.Add(Codes[i], kind = judge(NameAt(_places[i])));
            }

            if (kind != NameKind.None)
            {
                found.Add(new KeyValuePair<ulong, NameKind>(Codes[i], kind));
            }
        }

        var result = new FileVerdicts(libraries, [.. found]);
        Volatile.Write(ref _judged, result);
        return result;
    }

    /// <summary>
    /// What the index says of a body: of an accessor what it says of the property; made for a body that it does not hold.
    /// </summary>
    public static NamedMember MemberOf(SyntaxNode body)
    {
        var declaration = body as BaseMethodDeclarationSyntax ?? (SyntaxNode?)body.FirstAncestorOrSelf<BasePropertyDeclarationSyntax>();
        return declaration is not null && Of(body.SyntaxTree).MemberAt(declaration.SpanStart) is { } member
            ? member
            : new NamedMember(body.SpanStart, 0, [.. SyntaxNames.In(body)], SyntaxNames.WalksQueries(body), SyntaxNames.TakesQuery(body));
    }

    private string NameAt(int place)
    {
        var text = _tree.GetText();
        return place >= 0 ? SourceWords.At(text, place) : NameCode.ConstructorOf(SourceWords.At(text, ~place));
    }

    private NamedMember? MemberAt(int start)
    {
        var all = Members;
        var (low, high) = (0, all.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) / 2;
            if (all[middle].Start == start)
            {
                return all[middle];
            }

            (low, high) = all[middle].Start < start ? (middle + 1, high) : (low, middle - 1);
        }

        return null;
    }
}
