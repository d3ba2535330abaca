namespace MonotonicReads.Sessions;

/// <summary>
/// What travels of a session: its UUID and level, and for each data source what its next reads must contain. No server's
/// name and no address: a token cannot send anyone anywhere. The level is for programs that go on with a session of their own; whoever
/// serves a client takes none from it.
/// </summary>
/// <remarks>
/// Its bytes are <see cref="TokenContent"/>'s. A token that would be longer than <see cref="SessionTokenOptions.MaxLength"/> is pruned, the
/// longest position first: it becomes a larger position with a shorter text, and where there is none the mark that only the primary will
/// do. Both contain what they stand for.
/// </remarks>
internal sealed record SessionToken(Guid SessionId, ReadConsistency Consistency, IReadOnlyList<SourceState> Sources)
{
    /// <summary>When a token that was read ceases to be taken.</summary>
    public DateTimeOffset Expiry { get; init; }

    /// <summary>The text of it that a store kept when it was read; null for none. Nobody makes the same text twice.</summary>
    public string? Kept { get; init; }

    // Of a text that is no longer than a token may be, with what fills its last four characters up.
    private const int MostCharacters = SessionTokenOptions.MaxLength + 4;

    /// <summary>What contains both; the stronger level, and the earlier expiry.</summary>
    public SessionToken Union(SessionToken other) =>
        this with
        {
            Consistency = LevelStrength.Stronger(other.Consistency, Consistency),
            Expiry = other.Expiry < Expiry ? other.Expiry : Expiry,
            Sources = SourceState.Union(Sources, other.Sources),
        };

    /// <exception cref="InvalidOperationException">The session has so many data sources that not even their names fit.</exception>
    public string Protect(SessionTokenOptions options)
    {
        var now = options.TimeProvider.GetUtcNow();
        var expiry = (
            options.Lifetime < DateTimeOffset.MaxValue - now ? now + options.Lifetime : DateTimeOffset.MaxValue
        ).ToUnixTimeSeconds();
        for (var sources = Sources; ; )
        {
            if (ToText(options.Protector.Protect(TokenContent.Encode(this, expiry, sources))) is { } text)
            {
                return text;
            }

            var longest = sources.MaxBy(source => source.Length)!;
            if (longest.IsPrimaryOnly)
            {
                throw new InvalidOperationException(
                    $"The session has read {sources.Count} data sources, and their names alone are longer than a token may be "
                        + $"({SessionTokenOptions.MaxLength} characters)."
                );
            }

            var shorter = longest with { Position = longest.Position!.Enlarge(longest.Length / 2) };
            sources = [.. sources.Select(source => ReferenceEquals(source, longest) ? shorter : source)];
        }
    }

    /// <exception cref="SessionTokenException">The token is refused.</exception>
    public static SessionToken Unprotect(string token, SessionTokenOptions options)
    {
        ArgumentNullException.ThrowIfNull(token);
        if (
            token.Length > SessionTokenOptions.MaxLength
            || FromText(token) is not { } bytes
            || options.Protector.Unprotect(bytes) is not { } plain
        )
        {
            throw new SessionTokenException("The session token is damaged, or was not made with any of our keys.") { IsForeign = true };
        }

        if (plain.Length == 0 || plain[0] != TokenContent.Version)
        {
            throw new SessionTokenException(
                $"The session token is of version {(plain.Length > 0 ? plain[0] : 0)}; this program knows version {TokenContent.Version}."
            );
        }

        try
        {
            return Checked(TokenContent.Decode(plain), options);
        }
        catch (Exception exception) when (exception is FormatException and not SessionTokenException or ArgumentException)
        {
            throw new SessionTokenException("The session token has our version and one of our keys, and not our content.");
        }
    }

    private static SessionToken Checked(SessionToken token, SessionTokenOptions options) =>
        token.Consistency
            is not (ReadConsistency.Monotonic or ReadConsistency.Snapshot or ReadConsistency.Causal or ReadConsistency.Primary)
            ? throw new FormatException("No level that a session can have.")
        : options.TimeProvider.GetUtcNow() >= token.Expiry
            ? throw new SessionTokenException($"The session token expired at {token.Expiry:O}.")
        : token;

    // Base64url without padding (RFC 4648, section 5), which cookies and headers take as it is. Null where it is too long.
    private static string? ToText(byte[] bytes)
    {
        Span<char> text = stackalloc char[MostCharacters];
        if (!Convert.TryToBase64Chars(bytes, text, out var length))
        {
            return null;
        }

        text = text[..length].TrimEnd('=');
        text.Replace('+', '-');
        text.Replace('/', '_');
        return text.Length <= SessionTokenOptions.MaxLength ? text.ToString() : null;
    }

    private static byte[]? FromText(string text)
    {
        Span<char> padded = stackalloc char[MostCharacters];
        Span<byte> bytes = stackalloc byte[MostCharacters];
        text.CopyTo(padded);
        padded[text.Length..].Fill('=');
        padded = padded[..((text.Length + 3) & ~3)];
        padded.Replace('-', '+');
        padded.Replace('_', '/');
        return Convert.TryFromBase64Chars(padded, bytes, out var length) ? bytes[..length].ToArray() : null;
    }
}
