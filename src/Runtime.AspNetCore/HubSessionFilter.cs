using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// Makes each call of a hub a unit of work, on every transport alike: with web sockets and server-sent events all calls run inside one
/// request, with long polling inside none.
/// </summary>
internal sealed class HubSessionFilter(CarriedTokens tokens, CircuitSessions circuits) : IHubFilter, IConfigureOptions<HubOptions>
{
    // Blazor's circuits are a hub of the framework's. Their units of work are the activities inside, which outlive its calls.
    private const string Circuits = "Microsoft.AspNetCore.Components";

    private readonly ConcurrentDictionary<(Endpoint? Endpoint, MethodInfo Method), IReadOnlyList<object>> _annotations = new();

    public void Configure(HubOptions options) => options.AddFilter(this);

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext,
        Func<HubInvocationContext, ValueTask<object?>> next
    )
    {
        var connection = Of(invocationContext.Context);
        if (invocationContext.Hub.GetType().Namespace?.StartsWith(Circuits, StringComparison.Ordinal) == true)
        {
            EnterBetween(connection);
            return await next(invocationContext).ConfigureAwait(false);
        }

        // All calls of a connection may run inside one request.
        var wanted = Wanted(invocationContext.Context, invocationContext.Hub, invocationContext.HubMethod);
        var stream = HubStream.For(invocationContext.HubMethod.ReturnType);
        var unit = SeriesUnit.Begin(SeriesUnitKind.HubCall, isAccepted: wanted.Level == ReadConsistency.Eventual);
        var outlivesCall = false;
        try
        {
            object? result;
            if (wanted.Level == ReadConsistency.Eventual)
            {
                AmbientSession.LeaveAll();
                result = await next(invocationContext).ConfigureAwait(false);
                result = result is null || stream is null ? result : stream.FollowOutsideSessions(result, unit);
            }
            else
            {
                result = await InSessionAsync(invocationContext, next, new OfCall(connection, wanted, unit, stream)).ConfigureAwait(false);
            }

            // Its reads come when it is read.
            outlivesCall = result is not null && stream is not null;
            return result;
        }
        finally
        {
            if (!outlivesCall)
            {
                unit.Dispose();
            }
        }
    }

    public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next) =>
        InSessionAsync(context, nameof(Hub.OnConnectedAsync), next);

    public async Task OnDisconnectedAsync(HubLifetimeContext context, Exception? exception, Func<HubLifetimeContext, Exception?, Task> next)
    {
        try
        {
            await InSessionAsync(context, nameof(Hub.OnDisconnectedAsync), c => next(c, exception)).ConfigureAwait(false);
        }
        finally
        {
            Of(context.Context).Close();
        }
    }

    private static async Task<object?> InSessionAsync(
        HubInvocationContext context,
        Func<HubInvocationContext, ValueTask<object?>> next,
        OfCall call
    )
    {
        // Entered here and nowhere deeper: what an asynchronous method sets does not flow to its caller.
        var connection = call.Connection;
        var session = connection.Begin(await connection.NextAsync().ConfigureAwait(false), call.Wanted);
        object? result;
        try
        {
            result = await next(context).ConfigureAwait(false);
        }
        catch
        {
            await connection.EndAsync(session, hasFailed: true).ConfigureAwait(false);
            throw;
        }

        if (result is not null && call.Stream is { } stream)
        {
            return stream.Follow(result, session, call.Unit, () => connection.EndAsync(session, hasFailed: true));
        }

        await connection.EndAsync(session, hasFailed: false).ConfigureAwait(false);
        return result;
    }

    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "The framework calls the method, so that it is there.")]
    private async Task InSessionAsync(HubLifetimeContext context, string method, Func<HubLifetimeContext, Task> next)
    {
        var wanted = context.Hub.GetType().GetMethod(method) is { } of
            ? Wanted(context.Context, context.Hub, of)
            : WantedSession.Of([], tokens.Options);
        using var unit = SeriesUnit.Begin(SeriesUnitKind.HubCall, isAccepted: wanted.Level == ReadConsistency.Eventual);
        if (wanted.Level == ReadConsistency.Eventual)
        {
            AmbientSession.LeaveAll();
            await next(context).ConfigureAwait(false);
            return;
        }

        var connection = Of(context.Context);
        var session = connection.Begin(await connection.NextAsync().ConfigureAwait(false), wanted);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch
        {
            await connection.EndAsync(session, hasFailed: true).ConfigureAwait(false);
            throw;
        }

        await connection.EndAsync(session, hasFailed: false).ConfigureAwait(false);
    }

    private void EnterBetween(ConnectionSession connection)
    {
        if (connection.Between is not { Session.HasEnded: false })
        {
            connection.Between = circuits.Begin(connection.Known);
        }

        if (connection.Between is { } between)
        {
            // Not all that a browser asks for comes as an event.
            between.BeginActivity();
            AmbientSession.Enter(between.Session);
        }
    }

    private ConnectionSession Of(HubCallerContext context)
    {
        // Calls of one connection may run side by side.
        lock (context.Items)
        {
            if (context.Items.TryGetValue(typeof(ConnectionSession), out var known))
            {
                return (ConnectionSession)known!;
            }

            var http = context.GetHttpContext();
            var connection = new ConnectionSession(
                tokens,
                http is null ? null : tokens.OfHandshake(http.Request),
                http?.Features.Get<RequestSession>()?.Session.Id
            );
            context.Items[typeof(ConnectionSession)] = connection;
            return connection;
        }
    }

    private WantedSession Wanted(HubCallerContext context, Hub hub, MethodInfo method) =>
        WantedSession.Of(
            _annotations.GetOrAdd(
                (context.GetHttpContext()?.Features.Get<IEndpointFeature>()?.Endpoint, method),
                static (of, hub) =>
                    [
                        .. of.Endpoint?.Metadata ?? [],
                        .. hub.GetCustomAttributes(inherit: true),
                        .. of.Method.GetCustomAttributes(inherit: true),
                    ],
                hub.GetType()
            ),
            tokens.Options
        );

    private sealed record OfCall(ConnectionSession Connection, WantedSession Wanted, SeriesUnit Unit, HubStream? Stream);
}
