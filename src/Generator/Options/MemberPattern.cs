using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// Members by metadata name, such as <c>Shop.Data.IOrderStore.Get*</c>: <c>*</c> stands for any characters, <c>+</c> leads into a nested
/// type.
/// </summary>
internal sealed record MemberPattern
{
    private MemberPattern(ListedRole role, string text, int lastDot)
    {
        Role = role;
        Text = text;
        NamePart = text.Substring(lastDot + 1);
    }

    public ListedRole Role { get; }

    public string Text { get; }

    /// <summary>The part after the last dot, against which a bare member name is held.</summary>
    public string NamePart { get; }

    /// <summary>Null where the text is no metadata name of a member: no dot, an empty part, or a character that no name holds.</summary>
    public static MemberPattern? TryParse(ListedRole role, string text)
    {
        var lastDot = text.LastIndexOf('.');
        var isName =
            lastDot > 0
            && text.Split('.', '+')
                .All(static part => part.Length > 0 && part.All(static c => char.IsLetterOrDigit(c) || c is '_' or '`' or '*' or '@'));
        return isName ? new MemberPattern(role, text, lastDot) : null;
    }

    /// <summary>A test on the name alone, which must hold for <see cref="Matches"/> to.</summary>
    public bool MayMatch(string memberName) => Glob(NamePart, memberName);

    public bool Matches(ISymbol member) =>
        MayMatch(member.Name) && member.ContainingType is { } type && Glob(Text, MetadataName(type) + "." + member.Name);

    private static string MetadataName(INamedTypeSymbol type)
    {
        var name = type.MetadataName;
        for (var outer = type.ContainingType; outer is not null; outer = outer.ContainingType)
        {
            name = outer.MetadataName + "+" + name;
        }

        return type.ContainingNamespace is { IsGlobalNamespace: false } space ? space.ToDisplayString() + "." + name : name;
    }

    private static bool Glob(string pattern, string text)
    {
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && pattern[p] == text[t])
            {
                p++;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else
            {
                return false;
            }
        }

        while (p < pattern.Length && pattern[p] == '*')
        {
            p++;
        }

        return p == pattern.Length;
    }
}

/// <summary>What a member that an option or an AdditionalFile names is taken to do.</summary>
internal enum ListedRole
{
    /// <summary>One replica read.</summary>
    Read,

    /// <summary>One write.</summary>
    Write,

    /// <summary>
    /// Hands out the primary: a connection, data source, command or context on it; where it returns anything else, one read of the primary.
    /// </summary>
    Primary,
}
