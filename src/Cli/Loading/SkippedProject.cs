namespace MonotonicReads.Cli.Loading;

/// <summary>A project of the solution that is not analysed.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Why">In a few words.</param>
internal sealed record SkippedProject(string Path, string Why);
