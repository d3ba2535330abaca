using System.Security.Cryptography;
using System.Text;
using CsCheck;
using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Sessions;

/// <summary>What a token holds, how long it may be, and that nobody else's is trusted.</summary>
public class SessionTokenTests
{
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    private readonly Clock _clock = new();

    private SessionTokenOptions Options => new() { Protector = new AesGcmTokenProtector([Key]), TimeProvider = _clock };

    [Fact]
    public void A_token_brings_back_the_session()
    {
        var token = new SessionToken(
            Guid.NewGuid(),
            ReadConsistency.Causal,
            [
                new("shop", MariaDbGtidList.Parse("0-1-5,7-2-9")),
                new("stock", MySqlGtidSet.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5:9")),
                new("more", null),
                new("none", MariaDbGtidList.Empty),
            ]
        );
        var text = token.Protect(Options);
        var back = SessionToken.Unprotect(text, Options);

        Assert.Equal((token.SessionId, token.Consistency), (back.SessionId, back.Consistency));
        Assert.Equal(token.Sources, back.Sources);
        Assert.Matches("^[A-Za-z0-9_-]+$", text);
        Assert.NotEqual(text, token.Protect(Options));
        Assert.DoesNotContain("shop", text, StringComparison.Ordinal);

        using var session = ReadSession.Resume(text, Options);
        Assert.Equal((token.SessionId, ReadConsistency.Causal), (ReadSession.Current!.Id, session.Consistency));
    }

    [Fact]
    public void What_was_not_read_here_travels_on()
    {
        var text = new SessionToken(Guid.NewGuid(), ReadConsistency.Monotonic, [new("elsewhere", MariaDbGtidList.Parse("0-1-5"))]).Protect(
            Options
        );
        using var session = ReadSession.Resume(text, Options);
        Assert.Equal(
            [new SourceState("elsewhere", MariaDbGtidList.Parse("0-1-5"))],
            SessionToken.Unprotect(session.ToToken(Options), Options).Sources
        );
    }

    [Fact]
    public void It_expires()
    {
        var text = Some().Protect(Options);
        _clock.Now += TimeSpan.FromSeconds(59);
        Assert.NotNull(SessionToken.Unprotect(text, Options));
        _clock.Now += TimeSpan.FromSeconds(2);
        Assert.Contains(
            "expired",
            Assert.Throws<SessionTokenException>(() => ReadSession.Resume(text, Options)).Message,
            StringComparison.Ordinal
        );
        Assert.Null(ReadSession.Current);
    }

    [Fact]
    public void No_changed_token_is_taken()
    {
        var text = Some().Protect(Options);
        Gen.Select(Gen.Int[0, text.Length - 1], Gen.Char["ABCabc019_-"])
            .Sample(
                (at, c) =>
                {
                    var changed = text[..at] + c + text[(at + 1)..];

                    // The last character has bits that mean nothing.
                    Assert.True(
                        changed == text
                            || at == text.Length - 1
                            || Record.Exception(() => SessionToken.Unprotect(changed, Options)) is SessionTokenException
                    );
                }
            );
        for (var length = 0; length < text.Length; length++)
        {
            Assert.Throws<SessionTokenException>(() => SessionToken.Unprotect(text[..length], Options));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("AAAA")]
    [InlineData("ÄÖÜ")]
    [InlineData("eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.")]
    public void Nor_is_anything_else(string text) => Assert.Throws<SessionTokenException>(() => ReadSession.Resume(text, Options));

    [Fact]
    public void Nor_one_of_another_key_unless_it_is_an_older_one()
    {
        var older = RandomNumberGenerator.GetBytes(32);
        var text = Some().Protect(SessionTokenOptions.WithKey(older));

        Assert.Throws<SessionTokenException>(() => SessionToken.Unprotect(text, SessionTokenOptions.WithKey(Key)));
        Assert.NotNull(SessionToken.Unprotect(text, SessionTokenOptions.WithKey(Key, older)));
    }

    [Fact]
    public void Nor_one_of_a_version_to_come()
    {
        var protector = new AesGcmTokenProtector([Key]);
        var text = Convert.ToBase64String(protector.Protect([2, 1, .. new byte[30]])).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Assert.Contains(
            "version 2",
            Assert.Throws<SessionTokenException>(() => ReadSession.Resume(text, Options)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Ten_sources_fit_whatever_their_positions_and_only_grow()
    {
        var gapped =
            "3e11fa47-71ca-11e1-9e33-c80aa9429562"
            + string.Concat(Enumerable.Range(1, 200).Select(n => $":{n * 1_000_003L}-{(n * 1_000_003L) + 5}"));
        var domains = string.Join(",", Enumerable.Range(0, 40).Select(n => $"{n}-1-{1_000_000_000 + n}"));
        foreach (
            var position in new ReplicationPosition[]
            {
                MySqlGtidSet.Parse(gapped),
                MariaDbGtidList.Parse(domains),
                MySqlGtidSet.Parse("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2000000000"),
                MariaDbGtidList.Parse("0-1-2000000000"),
            }
        )
        {
            var token = new SessionToken(
                Guid.NewGuid(),
                ReadConsistency.Causal,
                [.. Enumerable.Range(0, 10).Select(n => new SourceState($"source{n}", position))]
            );
            var text = token.Protect(Options);

            Assert.InRange(text.Length, 1, SessionTokenOptions.MaxLength);
            var back = SessionToken.Unprotect(text, Options);
            Assert.Equal(token.Sources.Select(s => s.Name), back.Sources.Select(s => s.Name));
            Assert.All(back.Sources, s => Assert.True(s.IsPrimaryOnly || s.Position!.Contains(position)));
            Assert.True(position.ToString().Length > 100 || back.Sources.All(s => s.Position == position || s.Position!.Equals(position)));
        }
    }

    // 26 bytes, and for each source its name and position, each with a length before it; 28 bytes of encryption; 4 characters for 3 bytes.
    [Theory]
    [InlineData(1, "0-1-2000000000", 103)]
    [InlineData(3, "0-1-2000000000", 164)]
    [InlineData(10, "0-1-2000000000", 379)]
    [InlineData(1, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2000000000", 150)]
    [InlineData(3, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2000000000", 304)]
    [InlineData(10, "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-2000000000", 846)]
    public void Its_length_is_known(int sources, string position, int length)
    {
        ReplicationPosition each = position.Contains(':', StringComparison.Ordinal)
            ? MySqlGtidSet.Parse(position)
            : MariaDbGtidList.Parse(position);
        var token = new SessionToken(
            Guid.NewGuid(),
            ReadConsistency.Causal,
            [.. Enumerable.Range(0, sources).Select(n => new SourceState($"mysql{n}", each))]
        );
        Assert.Equal(length, token.Protect(Options).Length);
    }

    // Version 1 as it was first written, by a BinaryWriter: programs of both take each other's.
    [Fact]
    public void Its_bytes_are_those_of_its_version()
    {
        var anyText = Gen.Select(Gen.Int[0, 400], Gen.Char["aé€x"]).Select(part => new string(part.Item2, part.Item1));
        var anyState = Gen.Select(
            anyText,
            Gen.Int[0, 2],
            Gen.Int[1, 60],
            (name, kind, number) =>
                kind switch
                {
                    0 => new SourceState(name, Position: null) { PrimaryRun = new string('ü', number) },
                    1 => new SourceState(
                        name,
                        MariaDbGtidList.Parse(string.Join(',', Enumerable.Range(0, number).Select(n => $"{n}-1-5")))
                    ),
                    _ => new SourceState(name, MySqlGtidSet.Parse($"3e11fa47-71ca-11e1-9e33-c80aa9429562:1-{number}")),
                }
        );
        Gen.Select(Gen.Guid, Gen.Long[0, 99_999_999_999], anyState.Array[0, 4])
            .Sample(
                (id, expiry, sources) =>
                {
                    var token = new SessionToken(id, ReadConsistency.Causal, sources);
                    var bytes = TokenContent.Encode(token, expiry, sources);
                    Assert.Equal(AsFirstWritten(token, expiry), bytes);
                    var back = TokenContent.Decode(bytes);
                    Assert.Equal((id, expiry, ReadConsistency.Causal), (back.SessionId, back.Expiry.ToUnixTimeSeconds(), back.Consistency));
                    Assert.Equal(sources, back.Sources);
                },
                iter: 300
            );
    }

    private static byte[] AsFirstWritten(SessionToken token, long expiry)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write((byte)1);
        writer.Write((byte)token.Consistency);
        writer.Write(expiry);
        writer.Write(token.SessionId.ToByteArray(bigEndian: true));
        foreach (var source in token.Sources)
        {
            writer.Write(source.Name);
            writer.Write(
                source.Position switch
                {
                    null => "P" + source.PrimaryRun,
                    MariaDbGtidList list => "A" + list,
                    var set => "M" + set,
                }
            );
        }

        return stream.ToArray();
    }

    [Fact]
    public async Task A_key_serves_several_at_once()
    {
        var protector = new AesGcmTokenProtector([Key]);
        await Parallel.ForAsync(
            0,
            2_000,
            (i, _) =>
            {
                var plain = BitConverter.GetBytes(i);
                Assert.Equal(plain, protector.Unprotect(protector.Protect(plain)));
                return default;
            }
        );
    }

    // Authenticated, and yet not what we write: of another program with our key.
    [Fact]
    public void What_has_our_key_and_not_our_content_is_refused()
    {
        var good = new AesGcmTokenProtector([Key]);
        foreach (
            var content in new byte[][]
            {
                [1],
                [1, 1],
                [1, 99, .. new byte[24]],
                [1, 1, .. Enumerable.Repeat((byte)0xFF, 24)],
                [1, 1, .. BitConverter.GetBytes(99_999_999_999L), .. new byte[16], 200],
                [1, 1, .. BitConverter.GetBytes(99_999_999_999L), .. new byte[16], 1, 65, 3, (byte)'A', (byte)'x', (byte)'y'],
            }
        )
        {
            var text = Convert.ToBase64String(good.Protect(content)).TrimEnd('=').Replace('+', '-').Replace('/', '_');
            Assert.Throws<SessionTokenException>(() => ReadSession.Resume(text, Options));
        }

        Assert.Null(ReadSession.Current);
    }

    [Fact]
    public void Too_many_sources_are_told()
    {
        var token = new SessionToken(
            Guid.NewGuid(),
            ReadConsistency.Causal,
            [.. Enumerable.Range(0, 100).Select(n => new SourceState($"a data source with a long name {n}", null))]
        );
        Assert.Contains(
            "100 data sources",
            Assert.Throws<InvalidOperationException>(() => token.Protect(Options)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Keys_are_checked_and_options_asked_for()
    {
        Assert.Contains(
            "32",
            Assert.Throws<ArgumentException>(() => SessionTokenOptions.WithKey(new byte[16])).Message,
            StringComparison.Ordinal
        );
        Assert.Throws<ArgumentNullException>(() => SessionTokenOptions.WithKey(null!));
        Assert.Throws<ArgumentNullException>(() => ReadSession.Resume(null!, Options));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        Assert.Contains(
            "SessionTokenOptions.Default",
            Assert.Throws<InvalidOperationException>(() => session.ToToken()).Message,
            StringComparison.Ordinal
        );
        Assert.Contains(
            "SessionTokenOptions.Default",
            Assert.Throws<InvalidOperationException>(() => ReadSession.Resume("x")).Message,
            StringComparison.Ordinal
        );
    }

    private static SessionToken Some() => new(Guid.NewGuid(), ReadConsistency.Monotonic, [new("mysql", MariaDbGtidList.Parse("0-1-5"))]);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
