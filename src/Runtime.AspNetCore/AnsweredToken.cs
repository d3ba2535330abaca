using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>What a response carries before ours is put there: a proxy's has the headers of the server behind it.</summary>
internal sealed class AnsweredToken
{
    private readonly HttpResponse _response;
    private readonly string _header;
    private readonly StringValues _headers;
    private readonly StringValues _cookies;

    private AnsweredToken(HttpResponse response, string header)
    {
        _response = response;
        _header = header;
        _headers = response.Headers[header];
        _cookies = response.Headers.SetCookie;
    }

    /// <summary>The session that was answered; null for none.</summary>
    public Guid? SessionId { get; private set; }

    /// <summary>Takes it in, and out of the response.</summary>
    public static AnsweredToken TakeIn(CarriedTokens tokens, HttpResponse response, ReadSession session)
    {
        var answered = new AnsweredToken(response, tokens.Options.HeaderName);
        if (answered is { _headers.Count: 0, _cookies.Count: 0 })
        {
            return answered;
        }

        List<string> found = [];
        if (tokens.Options.UsesHeader)
        {
            found.AddRange(answered._headers.OfType<string>());
            response.Headers.Remove(answered._header);
        }

        List<string?> others = [];
        foreach (var text in answered._cookies)
        {
            // One without a value takes ours away, as the application wants it.
            if (Find(text, tokens.Keys.CookieNames) is { Length: > 0 } value)
            {
                found.Add(value);
            }
            else
            {
                others.Add(text);
            }
        }

        if (others.Count < answered._cookies.Count)
        {
            response.Headers.SetCookie = others.ToArray();
        }

        foreach (var token in found)
        {
            var id = tokens.TryTakeIn(token, session);
            answered.SessionId ??= id;
        }

        return answered;
    }

    /// <summary>Whether the application takes the user's cookie away.</summary>
    public static bool IsDeleted(HttpResponse response, IReadOnlyList<string> names) =>
        response.Headers.SetCookie.Any(text => Find(text, names) is { Length: 0 });

    /// <summary>There is nothing to say instead of it.</summary>
    public void PutBack()
    {
        // Nothing else changes them meanwhile: the response starts.
        if (_headers.Count > 0)
        {
            _response.Headers[_header] = _headers;
        }

        if (_cookies.Count > 0)
        {
            _response.Headers.SetCookie = _cookies;
        }
    }

    private static string? Find(string? text, IReadOnlyList<string> names) =>
        SetCookieHeaderValue.TryParse(text, out var cookie) && names.Contains(cookie.Name.ToString()) ? cookie.Value.ToString() : null;
}
