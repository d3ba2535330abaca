using System.Security.Cryptography;
using System.Text;

namespace MonotonicReads.Sessions;

/// <summary>
/// What session tokens call a data source: the name that it was given, or else the primary's database and a mark of the primary's
/// address. Of two clusters with databases of one name the positions stay apart, and a cluster that is reached by two addresses is
/// found again by its database.
/// </summary>
internal sealed record SourceName
{
    /// <summary>What a data source is called that was given no name and whose connection string names no database.</summary>
    public const string Default = "mysql";

    private const char Mark = '\u001f';
    private const int MarkBytes = 6;

    private readonly bool _isGiven;

    private SourceName(string name, string primary, bool isGiven)
    {
        _isGiven = isGiven;
        Name = name;
        Primary = primary;
        Text = isGiven ? name : name + Mark + MarkOf(primary);
    }

    /// <summary>As people call it.</summary>
    public string Name { get; }

    /// <summary>The primary's address as it was configured.</summary>
    public string Primary { get; }

    /// <summary>As tokens call it.</summary>
    public string Text { get; }

    /// <summary>The name that the application gave it, which is the same in all processes that take its tokens.</summary>
    public static SourceName Given(string name, string primary) => new(name, primary, isGiven: true);

    /// <summary>The name of a data source that was given none.</summary>
    /// <param name="database">The primary's database; empty where the connection string names none.</param>
    /// <param name="primary">The primary's address.</param>
    public static SourceName Of(string? database, string primary) =>
        new(string.IsNullOrWhiteSpace(database) ? Default : database, primary, isGiven: false);

    /// <exception cref="ArgumentException">It is null or empty, or has a character that no name has.</exception>
    public static string Checked(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return name.Contains(Mark, StringComparison.Ordinal)
            ? throw new ArgumentException("The name of a data source has no control characters.", nameof(name))
            : name;
    }

    /// <summary>Whether a token's state is this data source's.</summary>
    /// <param name="text">What the token calls it.</param>
    public NameMatch Match(string text) =>
        text == Text ? NameMatch.Same
        : Shown(text) == Name && !(_isGiven && !HasMark(text)) ? NameMatch.Perhaps
        // Of a program of the version before.
        : text == Default && !_isGiven ? NameMatch.Perhaps
        : NameMatch.Other;

    /// <summary>Whether a name out of a token is a database's, with a mark of the primary's address.</summary>
    public static bool HasMark(string text) => text.Contains(Mark, StringComparison.Ordinal);

    /// <summary>A name out of a token as people call it.</summary>
    public static string Shown(string text)
    {
        var mark = text.IndexOf(Mark, StringComparison.Ordinal);
        return mark < 0 ? text : text[..mark];
    }

    /// <inheritdoc/>
    public override string ToString() => $"'{Name}' ({Primary})";

#pragma warning disable CA1308 // Host names are written in lower case.
    private static string MarkOf(string primary) =>
        Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(primary.ToLowerInvariant())).AsSpan(0, MarkBytes));
#pragma warning restore CA1308
}

/// <summary>Whether a token's state is a data source's.</summary>
internal enum NameMatch
{
    /// <summary>It is another's.</summary>
    Other,

    /// <summary>It has the name, and comes from another address: of this cluster by another way, or of another cluster.</summary>
    Perhaps,

    /// <summary>It is.</summary>
    Same,
}
