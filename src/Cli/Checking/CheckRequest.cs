namespace MonotonicReads.Cli.Checking;

/// <summary>Which servers are to be asked, as the user gave them.</summary>
/// <param name="Primary">A connection string; null with <paramref name="Settings"/>.</param>
/// <param name="Replicas">Each <c>NAME=CONNECTION</c>, or a connection string alone.</param>
/// <param name="Settings">A JSON file with a data source in it.</param>
/// <param name="Section">Where in the file; null for the one section that looks like one.</param>
/// <param name="PasswordVariable">The environment variable with the password of those connection strings that have none.</param>
internal sealed record CheckRequest(
    string? Primary,
    IReadOnlyList<string> Replicas,
    string? Settings,
    string? Section,
    string? PasswordVariable
);
