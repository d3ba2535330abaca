namespace MonotonicReads.Servers;

/// <summary>A server did not answer within the deadline, and the driver has not given up on it yet.</summary>
internal sealed class SilentServerException(Task pending, Exception innerException)
    : TimeoutException("The server did not answer in time.", innerException)
{
    /// <summary>Ends when the driver gives up; the connection can be disposed then and not before.</summary>
    public Task Pending => pending;

    /// <summary>What a caller gets who has nowhere else to go: the driver's own exception, when it has given up.</summary>
    /// <param name="isAsync">False where the driver has given up already.</param>
    /// <param name="cancellation">The caller's.</param>
    /// <returns>Null where the answer came after all, too late.</returns>
    public async ValueTask<Exception?> DriversAsync(bool isAsync, CancellationToken cancellation)
    {
        if (isAsync)
        {
            await pending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return cancellation.IsCancellationRequested || pending.IsCanceled ? new OperationCanceledException(cancellation)
            : isAsync ? pending.Exception?.InnerException
            : InnerException;
    }
}
