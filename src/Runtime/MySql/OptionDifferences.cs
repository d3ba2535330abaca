using MySqlConnector;

namespace MonotonicReads.MySql;

/// <summary>
/// Options of the driver that change what a statement means or returns: where they are not the same for all servers, the same read gives
/// another answer after its session has moved.
/// </summary>
internal static class OptionDifferences
{
    private static readonly (string Name, Func<MySqlConnectionStringBuilder, object?> Of)[] Options =
    [
        ("Database", static text => text.Database),
        ("Character Set", static text => text.CharacterSet),
        ("DateTime Kind", static text => text.DateTimeKind),
        ("Allow Zero DateTime", static text => text.AllowZeroDateTime),
        ("Convert Zero DateTime", static text => text.ConvertZeroDateTime),
        ("GUID Format", static text => text.OldGuids && text.GuidFormat == MySqlGuidFormat.Default ? "OldGuids" : text.GuidFormat),
        ("Treat Tiny As Boolean", static text => text.TreatTinyAsBoolean),
        ("Allow User Variables", static text => text.AllowUserVariables),
        ("No Backslash Escapes", static text => text.NoBackslashEscapes),
        ("Use Affected Rows", static text => text.UseAffectedRows),
        ("Ignore Command Transaction", static text => text.IgnoreCommandTransaction),
    ];

    /// <summary>The options that a replica has otherwise than the primary, one sentence each.</summary>
    /// <param name="primary">The primary's connection string.</param>
    /// <param name="replica">The replica's.</param>
    public static IEnumerable<string> Between(string primary, string replica)
    {
        var (ours, theirs) = (new MySqlConnectionStringBuilder(primary), new MySqlConnectionStringBuilder(replica));
        return Options
            .Where(option => !Equals(option.Of(ours), option.Of(theirs)))
            .Select(option => $"{Key(option.Name)} is {Said(option.Of(theirs))} and {Said(option.Of(ours))} on the primary");
    }

    // As most people write it.
    private static string Key(string name) => name.Replace(" ", "", StringComparison.Ordinal);

    private static string Said(object? value) => value is null or "" ? "not set" : $"{value}";
}
