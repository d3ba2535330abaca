using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// What the members of a library do, by their names; of each the one with <c>Async</c> at its end too.
/// </summary>
internal sealed class MemberTable
{
    private const string Asynchronous = "Async";

    private readonly Dictionary<string, DataRole> _roles = new(StringComparer.Ordinal);

    /// <param name="rows">Each role with the names of its members, blanks between them.</param>
    public MemberTable(params (DataRole Role, string Names)[] rows)
    {
        foreach (var (role, names) in rows)
        {
            foreach (var name in names.Split([' '], StringSplitOptions.RemoveEmptyEntries))
            {
                _roles.Add(name, role);
            }
        }
    }

    /// <summary>A name of a member that reads or writes.</summary>
    public bool MayTouch(string memberName) =>
        RoleOf(memberName) is DataRole.SendsForRows or DataRole.SendsForCount or DataRole.SendsRead or DataRole.SendsWrite;

    public DataRole? RoleOf(string memberName)
    {
        if (_roles.TryGetValue(memberName, out var role))
        {
            return role;
        }

        return
            memberName.EndsWith(Asynchronous, StringComparison.Ordinal)
            && _roles.TryGetValue(memberName.Substring(0, memberName.Length - Asynchronous.Length), out role)
            ? role
            : null;
    }

    /// <summary>
    /// What a member does. One that reads and is handed its text is judged by it: it may lock what it reads, or call a procedure.
    /// </summary>
    public DataMember? Describe(IMethodSymbol method, string textParameter = "sql")
    {
        if (RoleOf(method.Name) is not { } role)
        {
            return null;
        }

        var text = method.Parameters.FirstOrDefault(p => p.Name == textParameter && p.Type.Name is "String" or "Sql")?.Name;
        role = role switch
        {
            DataRole.SendsRead when text is not null => DataRole.SendsForRows,
            DataRole.SendsForRows when text is null => DataRole.SendsRead,
            DataRole.SendsForCount when text is null => DataRole.SendsWrite,
            _ => role,
        };
        return new DataMember(role, text, NameOf(method, "transaction"), NameOf(method, "commandType"));
    }

    /// <summary>True for a public extension method of a connection.</summary>
    public static bool ExtendsConnection(IMethodSymbol method, LibraryTypes types) =>
        method.IsExtensionMethod && method.DeclaredAccessibility == Accessibility.Public && types.IsConnection(method.Parameters[0].Type);

    private static string? NameOf(IMethodSymbol method, string parameter) =>
        method.Parameters.Any(p => p.Name == parameter) ? parameter : null;
}
