using Microsoft.Extensions.Logging;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>Lets a request to another of our services carry the running session in a header, and takes in what its answer's
/// carries.</summary>
internal sealed class SessionHeaderHandler(CarriedTokens tokens, ILoggerFactory loggers) : DelegatingHandler
{
    // A request that is sent again carries what is known by then.
    private static readonly HttpRequestOptionsKey<bool> IsOurs = new("MonotonicReads.Session");

    private readonly ILogger _logger = loggers.CreateLogger(RequestSessionLog.Category);

    private string Header => tokens.Options.HeaderName;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var session = ReadSession.Current?.Root;
        if (session is not null)
        {
            session.Carried.NoteTravel();
            await (session.Carried.Ahead?.Invoke() ?? Task.CompletedTask).ConfigureAwait(false);
            Carry(request, await SessionTravel.CarriedByAsync(session, isAsync: true, cancellationToken).ConfigureAwait(false));
        }

        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (TakeIn(session, response) && session?.Carried.Behind is { } behind)
        {
            // Stored as what is written here.
            await behind(true).ConfigureAwait(false);
        }

        return response;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var session = ReadSession.Current?.Root;
        if (session is not null)
        {
            session.Carried.NoteTravel();
            if (session.Carried.Ahead is { } ahead)
            {
                Task.Run(ahead, CancellationToken.None).GetAwaiter().GetResult();
            }

            var carried = SessionTravel.CarriedByAsync(session, isAsync: false, cancellationToken);
            Carry(request, carried.IsCompleted ? carried.Result : carried.AsTask().GetAwaiter().GetResult());
        }

        var response = base.Send(request, cancellationToken);
        if (TakeIn(session, response))
        {
            session?.Carried.NoteNews();
        }

        return response;
    }

    private void Carry(HttpRequestMessage request, SessionToken? carried)
    {
        if (request.Options.TryGetValue(IsOurs, out _))
        {
            request.Headers.Remove(Header);
        }

        if (carried is not null && !request.Headers.Contains(Header))
        {
            request.Headers.Add(Header, carried.Protect(tokens.Keys.Tokens));
            request.Options.Set(IsOurs, true);
        }
    }

    // Authenticated as what a request carries is. Whose UUID it has says nothing: a service that did not take ours began one of its own.
    private bool TakeIn(ReadSession? session, HttpResponseMessage response)
    {
        if (session is null || !response.Headers.TryGetValues(Header, out var values))
        {
            return false;
        }

        try
        {
            session.TakeIn(
                tokens.Told(
                    values.ToList() is [var text]
                        ? text
                        : throw new SessionTokenException($"An answer has {values.Count()} session tokens, and only one is taken.")
                )
            );
        }
        catch (SessionTokenException exception)
        {
            RequestSessionLog.TokenRefused(_logger, exception.Message);
            return false;
        }
        catch (Exception exception)
        {
            // The call was good, and its answer is the caller's.
            RequestSessionLog.AnswerNotTaken(_logger, session.Id, exception);
            return false;
        }

        if (session.TryNoteLateUse())
        {
            RequestSessionLog.AnswerAfterToken(_logger, session.Id);
        }

        return true;
    }
}
