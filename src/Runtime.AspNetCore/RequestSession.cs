using System.Data.Common;
using Microsoft.AspNetCore.Http;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>
/// The session of a request, from its first pass through the pipeline until its response has completed: an error page for which the
/// pipeline runs once more reads in it too. Its token is made once, when the response starts.
/// </summary>
internal sealed class RequestSession
{
    private readonly HttpContext _context;
    private readonly CarriedTokens _tokens;
    private readonly PathString _application;
    private Guid? _answered;
    private bool _hasStarted;
    private bool _hasFailed;

    private RequestSession(HttpContext context, CarriedTokens tokens, ReadSession session)
    {
        _context = context;
        _tokens = tokens;
        Session = session;

        // Where the middleware is: a branch of the pipeline is the same application.
        _application = context.Request.PathBase;
    }

    public ReadSession Session { get; }

    /// <summary>Belongs to the request from now on, and ends with its response.</summary>
    public static RequestSession For(HttpContext context, CarriedTokens tokens, ReadSession session)
    {
        var request = new RequestSession(context, tokens, session);
        context.Features.Set(request);
        context.Response.OnCompleted(request.EndAsync);
        if (context.Response.HasStarted)
        {
            request.NoteStart();
        }
        else
        {
            context.Response.OnStarting(request.StartAsync);
        }

        return request;
    }

    /// <summary>Runs what answers the request; the session is the caller's ambient one.</summary>
    /// <param name="next">The rest of the pipeline.</param>
    public async Task RunAsync(RequestDelegate next)
    {
        try
        {
            await next(_context).ConfigureAwait(false);
        }
        catch
        {
            // The answer to it may never go through the callbacks of a response. Nobody is told of anything else than the failure itself.
            _hasFailed = !_context.RequestAborted.IsCancellationRequested;
            await TryKeepAsync(isNeeded: true).ConfigureAwait(false);
            throw;
        }

        await TryKeepAsync(isNeeded: _context.RequestAborted.IsCancellationRequested).ConfigureAwait(false);
    }

    private async Task StartAsync()
    {
        // Before anybody is asked: a write that ends meanwhile may be in no answer.
        NoteStart();
        var answered = AnsweredToken.TakeIn(_tokens, _context.Response, Session);
        var own = Session.CarriedIfAny?.Token;
        _answered = own is null ? answered.SessionId : null;
        var carried = _tokens.CanCarry ? await ChangedAsync().ConfigureAwait(false) : null;
        if (carried is not null)
        {
            carried = await _tokens.Store.KeepAsync(carried, own).ConfigureAwait(false);
        }
        else if (_tokens.Store.IsThere && own is null && _tokens.CanCarry)
        {
            // What comes after this is kept in the store alone, and found there by the session's UUID.
            carried = new SessionToken(_answered ?? Session.Id, ReadConsistency.Monotonic, []);
            if (ResponseCaches.Keeping(_context) is not null)
            {
                return;
            }
        }

        if (carried is not null)
        {
            _tokens.Carry(_context, carried.Protect(_tokens.Keys.Tokens), _application);
        }
        else if (ResponseCaches.Keeping(_context) is null)
        {
            answered.PutBack();
        }
    }

    // One that came with nothing, and was answered in a session behind a proxy, is that one.
    private async ValueTask<SessionToken?> ChangedAsync()
    {
        var changed = await SessionTravel.ChangedInAsync(Session, _tokens.Keys.Tokens).ConfigureAwait(false);
        return changed is not null && _answered is { } id ? changed with { SessionId = id } : changed;
    }

    private void NoteStart()
    {
        _hasStarted = true;
        Session.Carried.End();
    }

    private async Task EndAsync()
    {
        try
        {
            await TryKeepAsync(isNeeded: false).ConfigureAwait(false);
            if (!_hasStarted && _hasFailed && Session.HasBeenUsed && _tokens is { CanCarry: true, Store.IsThere: false })
            {
                _tokens.NoteNoResponse(Session.Id);
            }
        }
        finally
        {
            Session.Dispose();
        }
    }

    // What the response cannot carry any more, or never did.
    private async Task TryKeepAsync(bool isNeeded)
    {
        if (!_tokens.Store.IsThere || !(_hasStarted ? Session.Carried.HadLateUse : isNeeded))
        {
            return;
        }

        try
        {
            if (await ChangedAsync().ConfigureAwait(false) is { } changed)
            {
                await _tokens.Store.KeepAsync(changed, Session.CarriedIfAny?.Token).ConfigureAwait(false);
            }
        }
        catch (Exception exception) when (exception is InvalidOperationException or DbException)
        {
            _tokens.Store.NoteFailure(Session.Id, exception);
        }
    }
}
