namespace MonotonicReads.Documentation.Tests.Pictures;

/// <summary>One panel of a picture: what servers show from when on, and what was read when.</summary>
/// <param name="Title">What the panel is about.</param>
/// <param name="Lanes">The servers, from above.</param>
/// <param name="Reads">In the order in which they were sent.</param>
internal sealed record Scene(string Title, IReadOnlyList<Lane> Lanes, IReadOnlyList<Read> Reads)
{
    /// <summary>The time that a panel shows, from 0.</summary>
    public const double Duration = 10;
}

/// <summary>A server over time.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Says">What it shows, and from when on; the first from the beginning.</param>
/// <param name="DiesAt">When it dies; null for a server that lives on.</param>
internal sealed record Lane(string Name, IReadOnlyList<(double From, string State)> Says, double? DiesAt = null);

/// <summary>A read, or a write where it says so.</summary>
/// <param name="At">When it was answered.</param>
/// <param name="Lane">The server that answered, counted from 0.</param>
/// <param name="Shows">What came back.</param>
internal sealed record Read(double At, int Lane, string Shows)
{
    /// <summary>Whether it shows less than was known before.</summary>
    public bool IsWrong { get; init; }

    public bool IsWrite { get; init; }

    /// <summary>Since when it has waited for its server; null where it did not wait.</summary>
    public double? WaitsFrom { get; init; }
}
