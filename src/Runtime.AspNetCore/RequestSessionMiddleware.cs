using Microsoft.AspNetCore.Http;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>Gives a request its session, resumed from what the user's last response carried, and lets the response carry it on.</summary>
internal sealed class RequestSessionMiddleware(RequestDelegate next, CarriedTokens tokens)
{
    public Task InvokeAsync(HttpContext context) =>
        context.GetEndpoint() is null && context.Features.Get<RequestSession>() is null ? BeforeRoutingAsync(context) : RunAsync(context);

    // Where routing comes later, it may find what should have been known here.
    private async Task BeforeRoutingAsync(HttpContext context)
    {
        await RunAsync(context).ConfigureAwait(false);
        if (context.GetEndpoint() is { } endpoint && WantedSession.IsAnyIn(endpoint.Metadata))
        {
            tokens.NoteAnnotationsUnread(endpoint);
        }
    }

    private Task RunAsync(HttpContext context)
    {
        var wanted = WantedSession.Of(context.GetEndpoint()?.Metadata ?? EndpointMetadataCollection.Empty, tokens.Options);
        var running = context.Features.Get<RequestSession>();
        return wanted.Level == ReadConsistency.Eventual ? OutsideAsync(context, running)
            : running is null ? InNewSessionAsync(context, wanted)
            : InRunningSessionAsync(context, running, wanted);
    }

    private async Task OutsideAsync(HttpContext context, RequestSession? running)
    {
        if (running is not null)
        {
            AmbientSession.LeaveAll();
        }

        using var unit = SeriesUnit.Begin(SeriesUnitKind.Request, isAccepted: true);
        await next(context).ConfigureAwait(false);
    }

    // The pipeline runs again, for an error page, or goes through a second middleware of this kind.
    private async Task InRunningSessionAsync(HttpContext context, RequestSession running, WantedSession wanted)
    {
        if (!ReferenceEquals(AmbientSession.Live?.Root, running.Session))
        {
            AmbientSession.Enter(running.Session);
        }

        using (ReadSession.Begin(wanted.Level, wanted.Policies))
        {
            await running.RunAsync(next).ConfigureAwait(false);
        }
    }

    private async Task InNewSessionAsync(HttpContext context, WantedSession wanted)
    {
        // What the detector sees with it: before the session, in it and behind it.
        using var unit = SeriesUnit.Begin(SeriesUnitKind.Request);
        SessionToken? carried;
        try
        {
            carried = tokens.Of(context.Request);
        }
        catch (SessionTokenException exception)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsync(exception.Message, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        carried = carried is null ? null : await tokens.Store.WithKeptAsync(carried).ConfigureAwait(false);

        // Begun here and nowhere deeper: what an asynchronous method sets does not flow to its caller.
        var session =
            carried is null && (AmbientSession.Live is not null || wanted.Level == ReadConsistency.Snapshot)
                ? ReadSession.Begin(wanted.Level, wanted.Policies)
                : SessionOpening.Resume(tokens.CarriedFrom(carried), wanted.Level, wanted.Policies);
        await RequestSession.For(context, tokens, session).RunAsync(next).ConfigureAwait(false);
    }
}
