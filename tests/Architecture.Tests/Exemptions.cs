using System.Collections.Immutable;
using MonotonicReads.Architecture.Tests.Habits;

namespace MonotonicReads.Architecture.Tests;

/// <summary>Where a habit is not kept, and why. An entry that nothing needs any more fails the test of its habit.</summary>
internal static class Exemptions
{
    public static ImmutableArray<Exemption> All { get; } =
    [
        new(
            "use past the table",
            "src/Runtime/Sessions/ReadSession.cs -> ReplicatedDataSource",
            2,
            "ObserveWrite has it as a parameter, which is public; it becomes an ISessionSource at once."
        ),
        new(
            "namespace is the folder",
            "src/Runtime/DependencyInjection/ConsistentRepositoryServiceCollectionExtensions.cs",
            1,
            "Where users of a container look for it."
        ),
    ];

    public static ImmutableArray<Exemption> From(string habit) => [.. All.Where(e => e.Habit == habit)];
}
