using System.Data.Common;
using Microsoft.AspNetCore.Diagnostics;
using MonotonicReads;

namespace WebShop.Running;

/// <summary>
/// Answers 503 where the request itself was right: what its session saw cannot be guaranteed any more, or a failover is on its way. The
/// whole request has to be made again, since a retry in the same session fails again.
/// </summary>
internal sealed class TryAgainHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellation)
    {
        if ((exception as DbException ?? exception.InnerException) is not (ReplicaLostException or DbException { IsTransient: true }))
        {
            return false;
        }

        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        context.Response.Headers.RetryAfter = "1";
        return await problems.TryWriteAsync(
            new()
            {
                HttpContext = context,
                Exception = exception,
                ProblemDetails = { Title = "The database is changing servers. Please try again.", Status = context.Response.StatusCode },
            }
        );
    }
}
