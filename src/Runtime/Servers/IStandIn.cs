using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>What differs where a test's stand-in takes the place of a server.</summary>
internal interface IStandIn
{
    /// <summary>Begins what shows one moment; false where it is begun as on a server.</summary>
    ValueTask<bool> BeginSnapshotAsync(ServerQuestions server);

    /// <summary>Ends that; false where it is ended as on a server.</summary>
    ValueTask<bool> EndSnapshotAsync(ServerQuestions server);

    /// <summary>Sees what a statement returned before the caller does.</summary>
    /// <param name="reader">Of the first result; no row of it was read.</param>
    /// <exception cref="DbException">What the driver throws; it is explained as if the statement itself had failed.</exception>
    void Look(DbDataReader reader);

    /// <summary>What a caller gets in place of an exception that says nothing of the stand-in.</summary>
    /// <param name="exception">The driver's.</param>
    /// <returns>Null for the driver's own.</returns>
    Exception? Explained(Exception exception);
}
