using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace WebShop.Running;

/// <summary>The health as JSON: in one line what is wrong, and each server's state. For those who run it, not for the public: it names
/// servers and their errors.</summary>
internal static class HealthAnswer
{
    public static Task WriteAsync(HttpContext context, HealthReport report) =>
        context.Response.WriteAsJsonAsync(
            new
            {
                Status = report.Status.ToString(),
                Checks = report.Entries.ToDictionary(
                    entry => entry.Key,
                    entry => new
                    {
                        Status = entry.Value.Status.ToString(),
                        entry.Value.Description,
                        entry.Value.Data,
                    }
                ),
            },
            context.RequestAborted
        );
}
