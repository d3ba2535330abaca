using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;

namespace MonotonicReads.AspNetCore;

/// <summary>Whether a response may be kept and given to others: a session in it would be one user's, given to all.</summary>
internal static class ResponseCaches
{
    /// <summary>What lets the response be kept.</summary>
    /// <returns>Null where nothing does.</returns>
    public static string? Keeping(HttpContext context)
    {
        if (context.Features.Get<IOutputCacheFeature>()?.Context is { EnableOutputCaching: true, AllowCacheStorage: true })
        {
            return "output cache";
        }

        // A response that says neither "private" nor "no-store" may be kept where a cache is told for how long, can guess it, or can ask
        // whether it still holds (RFC 9111, sections 3 and 4).
        foreach (var name in CachesInFront)
        {
            if (
                context.Response.Headers[name].ToString() is { Length: > 0 } told
                && !told.Contains("no-store", StringComparison.OrdinalIgnoreCase)
                && !told.Contains("private", StringComparison.OrdinalIgnoreCase)
            )
            {
                return $"{name}: {told}";
            }
        }

        var headers = context.Response.GetTypedHeaders();
        var control = headers.CacheControl;
        return control is { NoStore: true } or { Private: true, PrivateHeaders.Count: 0 } ? null
            : control is { NoCache: false } && (control.Public || control.MaxAge > TimeSpan.Zero || control.SharedMaxAge > TimeSpan.Zero)
                ? control.ToString()
            : control is not { NoCache: true } && headers.Expires > headers.Date.GetValueOrDefault(DateTimeOffset.UtcNow)
                ? $"Expires: {headers.Expires:R}"
            : headers.ETag is not null ? "ETag without private"
            : headers.LastModified is not null ? "Last-Modified without private"
            : null;
    }

    // RFC 9213, and what was there before it.
    private static readonly string[] CachesInFront = ["CDN-Cache-Control", "Surrogate-Control"];
}
