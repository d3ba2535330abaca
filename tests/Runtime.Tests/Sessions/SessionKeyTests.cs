using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MonotonicReads.Runtime.Tests.Sessions;

public partial class SessionKeyTests
{
    [Fact]
    public void Derives_the_uuid_of_the_rfc() =>
        Assert.Equal(
            new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"),
            SessionKey.ToGuid(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com")
        );

    [Theory]
    [InlineData("", "a77103b9-1960-5524-95f7-9db8b6e59d5e")]
    [InlineData("42", "4e2eb12f-f36d-5a76-ac0b-5a676d17cc0a")]
    [InlineData("order-42", "8abb81ec-1034-5896-a6bd-584a8e7dc1f4")]
    [InlineData("Grüße", "7548b1fb-c377-5878-952b-b8b0c88e4b6c")]
    [InlineData("01234567-89ab-cdef-0123-456789abcdef", "1d7d5f54-317a-5751-8709-b1b700b5dafa")]
    [InlineData("2026-01-02T03:04:05.0000000Z", "a5a3fd28-923b-5c41-9929-62719ed4d4e0")]
    public void Derives_the_published_uuids(string key, string expected)
    {
        Assert.Equal(new Guid(expected), SessionKey.ToGuid(key));
        using var session = ReadSession.Begin(ReadConsistency.Monotonic, key);
        Assert.Equal(new Guid(expected), session.Id);
    }

    [Fact]
    public void The_page_publishes_vectors_that_hold()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../docs/session-keys.md"));
        var rows = Vector().Matches(page);
        Assert.Equal(6, rows.Count);
        Assert.All(rows, static row => Assert.Equal(new Guid(row.Groups["uuid"].Value), SessionKey.ToGuid(row.Groups["key"].Value)));
        Assert.Contains(SessionKey.Namespace.ToString(), page, StringComparison.Ordinal);
    }

    [Fact]
    public void Formats_alike_in_every_culture()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            comma.NumberFormat.NegativeSign = "~";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("-1.5", SessionKey.Format(-1.5));
            Assert.Equal("-7", SessionKey.Format(-7));
            Assert.Equal("Point { X = -1.5 }", SessionKey.Format(new Point(-1.5)));
            Assert.Equal("~1,5", (-1.5).ToString(CultureInfo.CurrentCulture));
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public void Formats_each_kind_of_key()
    {
        Assert.Equal("as it is", SessionKey.Format("as it is"));
        Assert.Equal("01234567-89ab-cdef-0123-456789abcdef", SessionKey.Format(new Guid("01234567-89AB-CDEF-0123-456789ABCDEF")));
        Assert.Equal("2026-01-02T03:04:05.0000000Z", SessionKey.Format(new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc)));
        Assert.Equal("2026-01-02T03:04:05.0000000", SessionKey.Format(new DateTime(2026, 1, 2, 3, 4, 5)));
        Assert.Equal("2026-01-02T03:04:05.0000000Z", SessionKey.Format(new DateTimeOffset(2026, 1, 2, 5, 4, 5, TimeSpan.FromHours(2))));
        Assert.Equal("2026-01-02", SessionKey.Format(new DateOnly(2026, 1, 2)));
        Assert.Equal("03:04:05.0000000", SessionKey.Format(new TimeOnly(3, 4, 5)));
        Assert.Equal("1.02:03:04", SessionKey.Format(new TimeSpan(1, 2, 3, 4)));
        Assert.Equal(SessionKey.Format(1.5m), SessionKey.Format(1.500m));
        Assert.Equal("True", SessionKey.Format(true));
        Assert.Equal("Friday", SessionKey.Format(DayOfWeek.Friday));
        Assert.Equal("7", SessionKey.Format<int?>(7));
    }

    [Fact]
    public void Local_times_of_one_instant_are_one_key()
    {
        var instant = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        Assert.Equal(SessionKey.Format(instant), SessionKey.Format(instant.ToLocalTime()));
    }

    [Fact]
    public void Null_is_no_key()
    {
        Assert.Throws<ArgumentNullException>(() => SessionKey.Format<string?>(null));
        Assert.Throws<ArgumentNullException>(() => SessionKey.Format<int?>(null));
        Assert.Throws<ArgumentNullException>(() => SessionKey.ToGuid(null!));
        Assert.Throws<ArgumentNullException>(() => ReadSession.Begin(ReadConsistency.Monotonic, (string)null!));
    }

    [Fact]
    public void A_type_without_a_text_is_no_key()
    {
        Assert.Throws<ArgumentException>(() => SessionKey.Format(new NoText()));
        Assert.Equal("own text", SessionKey.Format(new OwnText()));
    }

    private static string Here([CallerFilePath] string here = "") => here;

    [GeneratedRegex(@"^\| (\(empty\)|`(?<key>[^`]+)`) \| (?<uuid>[0-9a-f-]{36}) \|", RegexOptions.Multiline)]
    private static partial Regex Vector();

    private sealed record Point(double X);

    private sealed class NoText;

    private sealed class OwnText
    {
        public override string ToString() => "own text";
    }
}
