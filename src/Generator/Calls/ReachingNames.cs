using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Calls;

/// <summary>
/// The names of members from which a database may be reached, judged by names alone: the cheap test that spares the
/// binding of bodies and callees that cannot matter. It errs on the side of looking.
/// </summary>
internal sealed class ReachingNames
{
    private readonly HashSet<string> names = new(StringComparer.Ordinal);
    private readonly DataLibraries libraries;
    private readonly QueryNames queries;
    private readonly AnnotatedNames annotated;

    /// <summary>The members that name a library's member and turned out to call another of that name.</summary>
    private readonly HashSet<(SyntaxTree Tree, int Start)> refuted = [];

    /// <param name="compilation">The compilation.</param>
    /// <param name="libraries">Whose members' names the closure begins with.</param>
    /// <param name="confirm">Says whether a member that names a library's member calls it; null to take names at their word, which binds nothing.</param>
    public ReachingNames(Compilation compilation, DataLibraries libraries, Func<SyntaxTree, NameIndex.Member, bool>? confirm = null)
    {
        this.libraries = libraries;
        queries = new QueryNames(compilation, libraries);
        annotated = new AnnotatedNames(compilation);
        var mentionedBy = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var pending = new Queue<string>();
        foreach (var tree in compilation.SyntaxTrees)
        {
            foreach (var member in NameIndex.Of(tree).Members)
            {
                var namesQuery = NamesQuery(member);
                if (namesQuery && member.WalksQueries)
                {
                    Add(member.Name);
                }

                var namesLibrary = member.Mentions.Any(libraries.MayTouch);
                if (namesLibrary && confirm?.Invoke(tree, member) == false)
                {
                    refuted.Add((tree, member.Start));
                    namesLibrary = false;
                }

                if (namesLibrary || member.Mentions.Any(annotated.Contains) || (namesQuery && member.Mentions.Any(libraries.MayTouchQuery)))
                {
                    Add(member.Name);
                }

                foreach (var mention in member.Mentions)
                {
                    if (!mentionedBy.TryGetValue(mention, out var members))
                    {
                        mentionedBy.Add(mention, members = []);
                    }

                    members.Add(member.Name);
                }
            }
        }

        // What lies further down than effects are followed cannot matter, so the names are closed level by level.
        for (var level = 0; level <= CallEffect.MaxDistance && pending.Count > 0; level++)
        {
            for (var left = pending.Count; left > 0; left--)
            {
                if (mentionedBy.TryGetValue(pending.Dequeue(), out var members))
                {
                    members.ForEach(Add);
                }
            }
        }

        void Add(string name)
        {
            if (names.Add(name))
            {
                pending.Enqueue(name);
            }
        }
    }

    public bool Contains(string name) => names.Contains(name) || annotated.Contains(name) || libraries.MayTouch(name);

    /// <summary>True where a body mentions a name that may reach a database.</summary>
    public bool IsMentionedIn(SyntaxNode body)
    {
        var member = NameIndex.MemberOf(body);
        return member.Mentions.Any(NamesIn(body.SyntaxTree, member)) || (NamesQuery(member) && (member.WalksQueries || member.Mentions.Any(libraries.MayTouchQuery)));
    }

    /// <summary>The test on a name in one body.</summary>
    public Func<string, bool> In(SyntaxTree tree, NameIndex.Member body)
    {
        var reaches = NamesIn(tree, body);
        return NamesQuery(body) ? name => reaches(name) || libraries.MayTouchQuery(name) : reaches;
    }

    private Func<string, bool> NamesIn(SyntaxTree tree, NameIndex.Member body) => refuted.Contains((tree, body.Start)) ? name => names.Contains(name) || annotated.Contains(name) : Contains;

    /// <summary>True where the body gets hold of a query.</summary>
    public bool NamesQuery(NameIndex.Member body) => libraries.Types.HasQueries && (body.TakesQuery || body.Mentions.Any(queries.Contains));
}
