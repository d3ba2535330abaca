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

    /// <summary>Whether nothing else of the text runs before one of them.</summary>
    public bool AreFirst { get; init; }

    /// <summary>The statements that set them, in the order in which they were set: one, and one more before each that is partial, since a
    /// statement looks at all values before it sets the first.</summary>
    public string Text =>
        "SET "
        + string.Concat(
            all.Select(
                static (setting, place) =>
                    (
                        place == 0 ? ""
                        : setting.IsPartial ? "; SET "
                        : ", "
                    ) + setting.Text
            )
        );

    /// <summary>These, and then others.</summary>
    public SessionSettings With(SessionSettings later)
    {
        var merged = new List<SqlSetting>(all);
        foreach (var setting in later.All)
        {
            merged.RemoveAll(earlier => earlier.Name == setting.Name && (!setting.IsPartial || earlier.Text == setting.Text));
            merged.Add(setting);
        }

        return new SessionSettings(merged);
    }

    /// <summary>All that the commands of a batch set.</summary>
    /// <param name="commands">What each of them sets; null for nothing.</param>
    /// <returns>Null for nothing.</returns>
    public static SessionSettings? OfBatch(IReadOnlyList<SessionSettings?> commands)
    {
        SessionSettings? all = null;
        var (areAlone, areFirst) = (true, true);
        foreach (var settings in commands)
        {
            areFirst &= settings is null || (settings.AreFirst && areAlone);
            areAlone &= settings is { AreAlone: true };
            all = settings is null ? all : all?.With(settings) ?? settings;
        }

        return all is null
            ? null
            : new SessionSettings(all.All)
            {
                AreAlone = areAlone,
                AreFirst = areFirst,
                AreOneStatement = commands is [{ AreOneStatement: true }],
            };
    }

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

        return new SessionSettings(bound)
        {
            AreAlone = AreAlone,
            AreFirst = AreFirst,
            AreOneStatement = AreOneStatement,
        };
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
