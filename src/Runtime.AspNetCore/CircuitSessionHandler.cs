using Microsoft.AspNetCore.Components.Server.Circuits;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>Makes what the browser asks of a circuit of Blazor Server (an event, a call out of JavaScript) a unit of work each.</summary>
internal sealed class CircuitSessionHandler : CircuitHandler
{
    private readonly CarriedTokens _tokens;
    private readonly ConnectionSession _connection;

    public CircuitSessionHandler(CarriedTokens tokens)
    {
        _tokens = tokens;

        // Made while the circuit's connection is answered, in a session that has what the handshake carried.
        _connection = new ConnectionSession(tokens, AmbientSession.Live?.Root.CarriedIfAny?.Token);
    }

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(
        Func<CircuitInboundActivityContext, Task> next
    ) => context => RunAsync(context, next);

    private async Task RunAsync(CircuitInboundActivityContext context, Func<CircuitInboundActivityContext, Task> next)
    {
        var wanted = WantedSession.Of([], _tokens.Options);
        if (wanted.Level == ReadConsistency.Eventual)
        {
            await next(context).ConfigureAwait(false);
            return;
        }

        var carried = await _connection.NextAsync().ConfigureAwait(false);
        var session = SessionOpening.Resume(carried, wanted.Level, wanted.Policies);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch
        {
            await _connection.EndAsync(session, hasFailed: true).ConfigureAwait(false);
            throw;
        }

        await _connection.EndAsync(session, hasFailed: false).ConfigureAwait(false);
    }
}
