using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// The members that options and AdditionalFiles name: what the project itself says of code that the compiler cannot look into.
/// </summary>
internal sealed class ListedMembers(ImmutableArray<MemberPattern> patterns)
{
    private readonly ConcurrentDictionary<ISymbol, ListedRole?> _roles = new(SymbolEqualityComparer.Default);

    public bool IsEmpty => patterns.IsEmpty;

    /// <summary>What <see cref="MayTouch"/> compares names with.</summary>
    public IEnumerable<string> Names =>
        patterns.Select(static pattern => pattern.NamePart).OrderBy(static name => name, StringComparer.Ordinal);

    public bool MayTouch(string memberName)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.MayMatch(memberName))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What a method or property is listed as; of several lists the first of read, write and primary. Null where it is in none.
    /// </summary>
    public ListedRole? RoleOf(ISymbol member)
    {
        if (patterns.IsEmpty)
        {
            return null;
        }

        var definition = member is IMethodSymbol { ReducedFrom: { } extension } ? extension : member;
        return _roles.GetOrAdd(definition.OriginalDefinition, FindRole);
    }

    private ListedRole? FindRole(ISymbol member)
    {
        foreach (var pattern in patterns)
        {
            if (pattern.Matches(member))
            {
                return pattern.Role;
            }
        }

        return null;
    }
}
