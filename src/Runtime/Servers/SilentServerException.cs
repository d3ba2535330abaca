namespace MonotonicReads.Servers;

/// <summary>A server did not answer within the deadline, and the driver has not given up on it yet.</summary>
internal sealed class SilentServerException(Task pending, Exception innerException)
    : TimeoutException("The server did not answer in time.", innerException)
{
    /// <summary>Ends when the driver gives up; the connection can be disposed then and not before.</summary>
    public Task Pending => pending;
}
