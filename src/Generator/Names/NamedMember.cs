namespace MonotonicReads.Generator.Names;

/// <summary>A member that has a body, with the names in it.</summary>
/// <param name="Start">Where its declaration stands.</param>
/// <param name="Name">The code of the declared name; a constructor's is <see cref="NameCode.ConstructorOf"/> its type; 0 where it has
/// none.</param>
/// <param name="Mentions">The codes of the names in the body, each once.</param>
/// <param name="WalksQueries">It has a <c>foreach</c>, which sends a query that it walks through.</param>
/// <param name="TakesQuery">A parameter is a query.</param>
internal sealed record NamedMember(int Start, ulong Name, ulong[] Mentions, bool WalksQueries, bool TakesQuery)
{
    public bool MentionsAnyOf(HashSet<ulong> names)
    {
        foreach (var code in Mentions)
        {
            if (names.Contains(code))
            {
                return true;
            }
        }

        return false;
    }
}
