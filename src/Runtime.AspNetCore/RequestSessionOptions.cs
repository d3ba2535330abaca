using Microsoft.AspNetCore.Http;

namespace MonotonicReads.AspNetCore;

/// <summary>What session a request gets, and how it travels to the next one.</summary>
public sealed class RequestSessionOptions
{
    /// <summary>
    /// What the requests' sessions guarantee; an endpoint's own annotation, such as <c>[Causal]</c>, wins.
    /// <see cref="ReadConsistency.Eventual"/> for no session. With <see cref="ReadConsistency.Global"/> the moment is that of the request's
    /// first read; of a circuit, whose session is one, that of the circuit's, and each <c>[Global]</c> call in it has one of its own.
    /// Default: <see cref="ReadConsistency.Monotonic"/>.
    /// </summary>
    public ReadConsistency Level { get; set; } = ReadConsistency.Monotonic;

    /// <summary>
    /// The cookie that carries the session to the user's next request, or <see langword="null"/> for none. Default: HttpOnly, Secure,
    /// SameSite=Lax. Where it has no name it is called "mr-session-" and a short hash of the key that protects it, or of the application as
    /// data protection knows it, so that two applications on one host have two, and the instances of one have one; where it has no path
    /// it is for the application's (<see cref="HttpRequest.PathBase"/>). It lives as long as the token.
    /// </summary>
    public CookieBuilder? Cookie { get; set; } =
        new()
        {
            HttpOnly = true,
            SecurePolicy = CookieSecurePolicy.Always,
            SameSite = SameSiteMode.Lax,
            IsEssential = true,
        };

    /// <summary>Whether the header <see cref="HeaderName"/> of a request is taken and one of the response is sent. Default: no.</summary>
    public bool UsesHeader { get; set; }

    /// <summary>The header's name. Default: "MonotonicReads-Session".</summary>
    public string HeaderName { get; set; } = DefaultHeaderName;

    /// <summary>How long each read of the session waits for a replica to have what it must see, in milliseconds. Default: 500.</summary>
    public int MaxWaitMilliseconds { get; set; } = new ReadSessionOptions().MaxWaitMilliseconds;

    /// <summary>How old the state may be that a read shows, in milliseconds; 0, the default, for any age. See
    /// <see cref="ReadSessionOptions.MaxStalenessMilliseconds"/>.</summary>
    public int MaxStalenessMilliseconds { get; set; }

    /// <summary>
    /// What happens when a session's replica is lost. Default: <see cref="ReplicaLoss.Primary"/>, which is also what
    /// <see cref="ReplicaLoss.Restart"/> does here: nobody runs a request again.
    /// </summary>
    public ReplicaLoss OnReplicaLoss { get; set; }

    /// <summary>
    /// How tokens are protected. Default: <see langword="null"/>, <see cref="SessionTokenOptions.Default"/> where that is set and
    /// otherwise the application's data protection, whose keys all processes must share; services that take each other's headers need a
    /// key of their own: <see cref="SessionTokenOptions.WithKey"/>.
    /// </summary>
    public SessionTokenOptions? Tokens { get; set; }

    /// <summary>Whether a request with a token that is not ours, or expired, is answered with 400 instead of getting a new session.
    /// Default: no.</summary>
    public bool RefusesBadTokens { get; set; }

    /// <summary>
    /// Whether a token that carries a position of a data source which the application's container does not have is refused as a bad one,
    /// instead of travelling on to whoever knows it. Default: no.
    /// </summary>
    public bool RefusesUnknownSources { get; set; }

    /// <summary>
    /// Whether a read throws <see cref="ReplicaLostException"/> where the session carries a position that has the name of its data source,
    /// was made at another address, and is not contained in the primary: of another cluster whose database has the same name, or
    /// lost. Otherwise it is left alone, and logged once. Default: no.
    /// </summary>
    public bool RefusesForeignPositions { get; set; }

    internal const string DefaultHeaderName = "MonotonicReads-Session";
}
