using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// ASP.NET Core Identity's managers of users and roles, where a project has EF Core to keep them in: what they ask of their store, and not
/// what they read from the user at hand.
/// </summary>
internal sealed class IdentityLibrary : IDataLibrary
{
    private static readonly MemberTable OfUsers = new(
        (
            DataRole.SendsRead,
            "FindById FindByName FindByEmail FindByLogin FindByPasskeyId GetUser GetUsersInRole GetUsersForClaim GetRoles IsInRole "
                + "GetClaims GetLogins GetPasskeys GetPasskey GetAuthenticationToken GetAuthenticatorKey CountRecoveryCodes"
        ),
        (
            DataRole.SendsWrite,
            "Create Update Delete SetUserName SetEmail SetPhoneNumber SetLockoutEnabled SetLockoutEndDate SetTwoFactorEnabled "
                + "SetAuthenticationToken RemoveAuthenticationToken AddToRole AddToRoles RemoveFromRole RemoveFromRoles AddClaim AddClaims "
                + "ReplaceClaim RemoveClaim RemoveClaims AddLogin RemoveLogin AddPassword RemovePassword ChangePassword ResetPassword "
                + "ChangeEmail  ConfirmEmail ChangePhoneNumber AccessFailed ResetAccessFailedCount UpdateSecurityStamp "
                + "ResetAuthenticatorKey GenerateNewTwoFactorRecoveryCodes RedeemTwoFactorRecoveryCode AddOrUpdatePasskey RemovePasskey"
        )
    );

    private static readonly MemberTable OfRoles = new(
        (DataRole.SendsRead, "FindById FindByName RoleExists GetClaims"),
        (DataRole.SendsWrite, "Create Update Delete AddClaim RemoveClaim")
    );

    private readonly INamedTypeSymbol _users;
    private readonly INamedTypeSymbol? _roles;

    private IdentityLibrary(INamedTypeSymbol users, INamedTypeSymbol? roles) => (_users, _roles) = (users, roles);

    public static IdentityLibrary? Create(LibraryTypes types) =>
        types.EntityFrameworkContext is not null && types.Find("Microsoft.AspNetCore.Identity.UserManager`1") is { } users
            ? new IdentityLibrary(users, types.Find("Microsoft.AspNetCore.Identity.RoleManager`1"))
            : null;

    public bool MayTouch(string memberName) =>
        memberName.EndsWith("Async", StringComparison.Ordinal) && (OfUsers.MayTouch(memberName) || OfRoles.MayTouch(memberName));

    public DataMember? Describe(IMethodSymbol method)
    {
        if (!method.Name.EndsWith("Async", StringComparison.Ordinal))
        {
            return null;
        }

        var type = method.ContainingType?.OriginalDefinition;
        var members =
            SymbolEqualityComparer.Default.Equals(type, _users) ? OfUsers
            : _roles is not null && SymbolEqualityComparer.Default.Equals(type, _roles) ? OfRoles
            : null;
        return members?.RoleOf(method.Name) is { } role ? new DataMember(role, SharesContext: true) : null;
    }
}
