using System.Runtime.CompilerServices;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// A host that does whatever is offered first, for all findings, as <c>dotnet format</c> does: nobody reads a title there. It is offered
/// what holds for one member, and nothing that accepts findings.
/// </summary>
internal static class UnattendedHost
{
    private static readonly ConditionalWeakTable<Workspace, object> Listing = new();

    /// <summary>Whether nobody chooses among what is offered.</summary>
    public static bool Has(Solution solution) =>
        solution.Workspace.Kind == WorkspaceKind.MSBuild && !Listing.TryGetValue(solution.Workspace, out _);

    /// <summary>Says that a command only lists what is offered to whoever chooses.</summary>
    public static void OnlyLists(Solution solution) => Listing.GetValue(solution.Workspace, static _ => new object());
}
