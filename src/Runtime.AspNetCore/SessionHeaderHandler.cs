using Microsoft.Extensions.Options;

namespace MonotonicReads.AspNetCore;

/// <summary>Lets a request to another of our services carry the running session in a header.</summary>
internal sealed class SessionHeaderHandler(IOptions<RequestSessionOptions> options) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (ReadSession.Current is { HasBeenUsed: true } session && !request.Headers.Contains(options.Value.HeaderName))
        {
            request.Headers.Add(
                options.Value.HeaderName,
                await session.ToTokenAsync(options.Value.Tokens, cancellationToken).ConfigureAwait(false)
            );
        }

        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
