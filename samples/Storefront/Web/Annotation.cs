using MonotonicReads;

namespace Storefront.Web;

/// <summary>One way to annotate the repository of the page.</summary>
/// <param name="Name">Its name in the API, and the key of the repository.</param>
/// <param name="Code">What stands above the class.</param>
/// <param name="Source">The file with the class.</param>
/// <param name="Visit">The level of the session that a user's pages share, as <c>UseReadSessions()</c> gives it to a web application's
/// requests; null for none.</param>
/// <param name="NeedsPositions">Whether only servers that tell positions can do it.</param>
/// <param name="Says">What it promises.</param>
internal sealed record Annotation(string Name, string Code, string Source, ReadConsistency? Visit, bool NeedsPositions, string Says)
{
    public static readonly IReadOnlyList<Annotation> All =
    [
        new(
            "unannotated",
            "nothing: warning MR1001",
            "UnannotatedOrderPageRepository.cs",
            Visit: null,
            NeedsPositions: false,
            "Nothing is promised. Each query goes to any replica, and so does the next page."
        ),
        new(
            "monotonic",
            "[Monotonic]",
            "MonotonicOrderPageRepository.cs",
            ReadConsistency.Monotonic,
            NeedsPositions: false,
            "All reads of a user stay on one replica: old perhaps, but never older than before."
        ),
        new(
            "causal",
            "[Causal]",
            "CausalOrderPageRepository.cs",
            ReadConsistency.Causal,
            NeedsPositions: false,
            "Monotonic, and users see what they wrote: their reads go where the write has arrived."
        ),
        new(
            "snapshot",
            "[Monotonic(Snapshot = true)]",
            "SnapshotOrderPageRepository.cs",
            ReadConsistency.Monotonic,
            NeedsPositions: true,
            "Monotonic, and all four queries of a page show one and the same moment."
        ),
        new(
            "primary",
            "[Primary]",
            "PrimaryOrderPageRepository.cs",
            ReadConsistency.Primary,
            NeedsPositions: false,
            "Always current, and the replicas stand idle."
        ),
    ];

    public static Annotation? Find(string? name) => All.FirstOrDefault(annotation => annotation.Name == name);
}
