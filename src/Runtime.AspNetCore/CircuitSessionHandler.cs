using Microsoft.AspNetCore.Components.Server.Circuits;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>Lets what the browser asks of a circuit of Blazor Server (an event, a call out of JavaScript), and what comes of it, run in the
/// circuit's session.</summary>
/// <param name="circuits">Made while the circuit's connection is answered, in a session that has what the handshake carried.</param>
internal sealed class CircuitSessionHandler(CircuitSessions circuits) : CircuitHandler
{
    private readonly CircuitSession? _session = circuits.Take();

    public override Func<CircuitInboundActivityContext, Task> CreateInboundActivityHandler(
        Func<CircuitInboundActivityContext, Task> next
    ) => _session is null ? next : context => RunAsync(_session, context, next);

    /// <summary>In the flow of the call that connects the circuit, for the first time or again.</summary>
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        if (_session is { Session.HasEnded: false } session)
        {
            circuits.Connect(session);

            // Not in a method of its own flow: the application's handlers after this one are in it too.
            AmbientSession.Enter(session.Session);
        }

        return Task.CompletedTask;
    }

    public override Task OnCircuitClosedAsync(Circuit circuit, CancellationToken cancellationToken) =>
        _session?.EndAsync() ?? Task.CompletedTask;

    // What it enters ends with it for the caller, and not for what it began.
    private static async Task RunAsync(
        CircuitSession session,
        CircuitInboundActivityContext context,
        Func<CircuitInboundActivityContext, Task> next
    )
    {
        session.BeginActivity();
        AmbientSession.Enter(session.Session);
        try
        {
            await next(context).ConfigureAwait(false);
        }
        finally
        {
            session.NoteWithoutResponse();
        }
    }
}
