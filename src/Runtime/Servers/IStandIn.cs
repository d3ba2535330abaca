namespace MonotonicReads.Servers;

/// <summary>What differs where a test's stand-in takes the place of a server.</summary>
internal interface IStandIn
{
    /// <summary>Begins what shows one moment; false where it is begun as on a server.</summary>
    ValueTask<bool> BeginSnapshotAsync(ServerQuestions server);

    /// <summary>Ends that; false where it is ended as on a server.</summary>
    ValueTask<bool> EndSnapshotAsync(ServerQuestions server);

    /// <summary>What a caller gets in place of an exception that says nothing of the stand-in.</summary>
    /// <param name="exception">The driver's.</param>
    /// <returns>Null for the driver's own.</returns>
    Exception? Explained(Exception exception);
}
