using System.Text;

namespace MonotonicReads.Sessions;

/// <summary>
/// What travels of a session: its UUID and level, and for each data source what its next reads must contain. No server's
/// name and no address: a token cannot send anyone anywhere. The level is for programs that go on with a session of their own; whoever
/// serves a client takes none from it.
/// </summary>
/// <remarks>
/// Version 1, before encryption: version, level, expiry in seconds since 1970 (8 bytes), UUID (16), then for each data source its name
/// (<see cref="SourceName.Text"/>) and the kind and text of its position (P: the run of the primary), each text with its length before
/// it. A token that would be longer than <see cref="SessionTokenOptions.MaxLength"/> is pruned, the longest position first: it becomes a
/// larger position with a shorter text, and where there is none the mark that only the primary will do. Both contain what they stand for.
/// </remarks>
internal sealed record SessionToken(Guid SessionId, ReadConsistency Consistency, IReadOnlyList<SourceState> Sources)
{
    /// <summary>When a token that was read ceases to be taken.</summary>
    public DateTimeOffset Expiry { get; init; }

    /// <summary>The text of it that a store kept when it was read; null for none. Nobody makes the same text twice.</summary>
    public string? Kept { get; init; }

    private const byte Version = 1;
    private const int UuidSize = 16;
    private const string Primary = "P";
    private const string MariaDb = "A";
    private const string MySql = "M";

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
        var sources = Sources.ToList();
        while (true)
        {
            var text = ToText(options.Protector.Protect(Encode(expiry, sources)));
            if (text.Length <= SessionTokenOptions.MaxLength)
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

            sources[sources.IndexOf(longest)] = longest with { Position = longest.Position!.Enlarge(longest.Length / 2) };
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

        if (plain.Length == 0 || plain[0] != Version)
        {
            throw new SessionTokenException(
                $"The session token is of version {(plain.Length > 0 ? plain[0] : 0)}; this program knows version {Version}."
            );
        }

        try
        {
            return Checked(Decode(plain), options);
        }
        catch (Exception exception) when (exception is FormatException and not SessionTokenException or IOException or ArgumentException)
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

    // Base64url without padding (RFC 4648, section 5), which cookies and headers take as it is.
    private static string ToText(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');

    private static byte[]? FromText(string text)
    {
        var bytes = new byte[text.Length];
        var padded = text.Replace('-', '+').Replace('_', '/') + new string('=', (4 - (text.Length % 4)) % 4);
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    private byte[] Encode(long expiry, List<SourceState> sources)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write(Version);
        writer.Write((byte)Consistency);
        writer.Write(expiry);
        writer.Write(SessionId.ToByteArray(bigEndian: true));
        foreach (var source in sources)
        {
            writer.Write(source.Name);
            writer.Write(
                source.Position switch
                {
                    null => Primary + source.PrimaryRun,
                    MariaDbGtidList list => MariaDb + list,
                    var set => MySql + set,
                }
            );
        }

        return stream.ToArray();
    }

    private static SessionToken Decode(byte[] plain)
    {
        using var reader = new BinaryReader(new MemoryStream(plain, writable: false), Encoding.UTF8);
        reader.ReadByte();
        var consistency = (ReadConsistency)reader.ReadByte();
        var expiry = DateTimeOffset.FromUnixTimeSeconds(reader.ReadInt64());
        var id = new Guid(reader.ReadBytes(UuidSize), bigEndian: true);
        var sources = new List<SourceState>();
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var name = reader.ReadString();
            var position = reader.ReadString();
            sources.Add(
                new SourceState(
                    name,
                    position[..1] switch
                    {
                        MariaDb => MariaDbGtidList.Parse(position[1..]),
                        MySql => MySqlGtidSet.Parse(position[1..]),
                        _ => null,
                    }
                )
                {
                    PrimaryRun = position.StartsWith(Primary, StringComparison.Ordinal) ? position[1..] : "",
                }
            );
        }

        return new SessionToken(id, consistency, sources) { Expiry = expiry };
    }
}
