using System.Collections.Immutable;

namespace MonotonicReads.Architecture.Tests;

/// <summary>A step on the data's way: a room, or what is outside.</summary>
/// <param name="Name">The room as the table calls it, or the folder of several, or what the step is outside the assembly.</param>
/// <param name="Does">In a few words.</param>
internal sealed record Step(string Name, string Does, bool IsOutside = false)
{
    public bool IsThrough(string room) => !IsOutside && (room == Name || room.StartsWith(Name + "/", StringComparison.Ordinal));
}

/// <summary>The ways that docs/architecture.svg shows, and docs/architecture.md walks.</summary>
internal static class DataWays
{
    public static ImmutableArray<Step> FromSourceToFinding { get; } =
    [
        new("your method", "as the compiler sees it", IsOutside: true),
        new("Names", "which bodies can matter at all"),
        new("Options", "routing, listed members, baseline"),
        new("Reads", "what each library's member sends"),
        new("Sql", "what a text probably does"),
        new("Flow", "what the path has seen and written"),
        new("Calls", "what a callee adds, as a summary"),
        new("Rules", "MR1xxx to MR3xxx"),
        new("squiggle, fix", "in the editor and the build", IsOutside: true),
    ];

    public static ImmutableArray<Step> FromAnnotationToWrapper { get; } =
    [
        new("[Monotonic]", "on a class, an interface, a method", IsOutside: true),
        new("Annotations", "what it asks for"),
        new("Wrapping", "what is wrapped, as plain records"),
        new("Emit", "the wrapper's source"),
        new("wrapper", "ConsistentOrderRepository", IsOutside: true),
    ];

    public static ImmutableArray<Step> FromCallToServer { get; } =
    [
        new("wrapper", "called by your code", IsOutside: true),
        new("Sessions", "one UUID, one guarantee, what was seen"),
        new("Selection", "the UUID's hash draws a replica"),
        new("AdoNet", "a connection as .NET knows it"),
        new("Sql", "is it provably a plain read?"),
        new("Routing", "the next step, by one table"),
        new("Choosing", "which server has what was seen?"),
        new("Servers", "waits for a position, asks"),
        new("one server", "MySQL or MariaDB, or a proxy", IsOutside: true),
    ];
}
