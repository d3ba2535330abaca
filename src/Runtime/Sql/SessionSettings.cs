using System.Globalization;

namespace MonotonicReads.Sql;

/// <summary>What a text, or all that have run on a connection, sets of its session: a connection that takes its place must be told the
/// same.</summary>
internal sealed class SessionSettings(IReadOnlyList<SqlSetting> all)
{
    /// <summary>Whether the text does nothing else.</summary>
    public bool AreAlone { get; init; }

    /// <summary>Whether all of them are set, or none.</summary>
    public bool AreOneStatement { get; init; }

    /// <summary>Whether parameters of the command have values of them.</summary>
    public bool NeedParameters => all.Any(static setting => setting.Parameter is not null);

    /// <summary>One statement that sets them, in the order in which they were set.</summary>
    public string Text => "SET " + string.Join(", ", all.Select(static setting => setting.Text));

    /// <summary>These, and then others.</summary>
    public SessionSettings With(SessionSettings later)
    {
        var merged = new List<SqlSetting>(all);
        foreach (var setting in later.All)
        {
            merged.RemoveAll(earlier => earlier.Name == setting.Name);
            merged.Add(setting);
        }

        return new SessionSettings(merged);
    }

    /// <summary>The same as part of a batch.</summary>
    /// <param name="areAlone">Whether the batch does nothing else.</param>
    public SessionSettings In(bool areAlone) => new(all) { AreAlone = areAlone };

    /// <summary>The same with the values of a command's parameters.</summary>
    /// <param name="valueOf">The value of the parameter of a name; null where there is none.</param>
    /// <returns>Null where a value is missing, or means not the same on every server.</returns>
    public SessionSettings? Bound(Func<string, object?> valueOf)
    {
        var bound = new List<SqlSetting>(all.Count);
        foreach (var setting in all)
        {
            if (setting.Parameter is null)
            {
                bound.Add(setting);
            }
            else if (Said(setting.Name, valueOf(setting.Parameter)) is { } text)
            {
                bound.Add(new SqlSetting(setting.Name, text));
            }
            else
            {
                return null;
            }
        }

        return new SessionSettings(bound) { AreAlone = AreAlone, AreOneStatement = AreOneStatement };
    }

    private IReadOnlyList<SqlSetting> All => all;

    private static string? Said(string name, object? value) =>
        value switch
        {
            string text => SqlSettings.Assignment(name, text, isText: true),
            bool isOn => SqlSettings.Assignment(name, isOn ? "1" : "0", isText: false),
            byte or sbyte or short or ushort or int or uint or long or ulong or decimal => SqlSettings.Assignment(
                name,
                Convert.ToString(value, CultureInfo.InvariantCulture)!,
                isText: false
            ),
            _ => null,
        };
}
