using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace MonotonicReads.Configuration;

/// <summary>Reads a proxy's section. The dialect decides which keys there are; the rest is told.</summary>
internal static class ProxyOptionsReader
{
    public static ProxyOptions Read(IConfigurationSection section, List<string> failures)
    {
        var keys = section.GetChildren().ToDictionary(child => child.Key, StringComparer.OrdinalIgnoreCase);
        var options = new ProxyOptions { ConnectionString = Take(keys, nameof(ProxyOptions.ConnectionString))?.Value ?? "" };
        var name = Take(keys, nameof(ProxyOptions.Dialect))?.Value;
        var reading = new Reading(keys, failures);
        options.Dialect = name?.ToUpperInvariant() switch
        {
            "SHOPIFYFORK" => ShopifyFork(reading),
            "PROXYSQL" => ProxySql(reading),
            "MAXSCALE" => ProxyDialect.MaxScale,
            "SQLCOMMENTER" => ProxyDialect.SqlCommenter with { Key = reading.Text("Key", ProxyDialect.SqlCommenter.Key) },
            _ => null,
        };
        if (options.Dialect is null)
        {
            failures.Add($"{section.Path}:Dialect is '{name}', not ShopifyFork or ProxySql or MaxScale or SqlCommenter.");
            return options;
        }

        failures.AddRange(keys.Values.Select(child => $"{child.Path} is not understood."));
        return options;
    }

    private static ShopifyForkDialect ShopifyFork(Reading reading)
    {
        var usual = ProxyDialect.ShopifyFork;
        return usual with
        {
            Key = reading.Text("Key", usual.Key),
            TokenDelimiter = reading.Character("TokenDelimiter", usual.TokenDelimiter),
            KeyValueDelimiter = reading.Character("KeyValueDelimiter", usual.KeyValueDelimiter),
            PrimaryHostgroup = reading.Number("PrimaryHostgroup", usual.PrimaryHostgroup),
            ReaderHostgroup = reading.Number("ReaderHostgroup", usual.ReaderHostgroup),
            MergesComments = reading.Flag("MergesComments", usual.MergesComments),
        };
    }

    private static ProxySqlDialect ProxySql(Reading reading)
    {
        var usual = ProxyDialect.ProxySql;
        return usual with
        {
            PrimaryHostgroup = reading.Number("PrimaryHostgroup", usual.PrimaryHostgroup),
            ReaderHostgroup = reading.Number("ReaderHostgroup", usual.ReaderHostgroup),
            FirstReplicaHostgroup = reading.Number("FirstReplicaHostgroup", usual.FirstReplicaHostgroup),
            ReplicaHostgroups = reading.Numbers("ReplicaHostgroups"),
            ReadDeadline = reading.Time("ReadDeadline", usual.ReadDeadline),
            UsesMinGtid = reading.Flag("UsesMinGtid", usual.UsesMinGtid),
            MergesComments = reading.Flag("MergesComments", usual.MergesComments),
        };
    }

    private static IConfigurationSection? Take(Dictionary<string, IConfigurationSection> keys, string key) =>
        keys.Remove(key, out var section) ? section : null;

    private sealed class Reading(Dictionary<string, IConfigurationSection> keys, List<string> failures)
    {
        public string Text(string key, string otherwise) => Take(keys, key)?.Value ?? otherwise;

        public char Character(string key, char otherwise) =>
            Parsed(key, otherwise, "one character", static (string text, out char value) => char.TryParse(text, out value));

        public bool Flag(string key, bool otherwise) => Parsed(key, otherwise, "true or false", bool.TryParse);

        public int Number(string key, int otherwise) => Parsed<int>(key, otherwise, "a whole number", TryNumber);

        /// <summary>An empty value takes the time away.</summary>
        public TimeSpan? Time(string key, TimeSpan? otherwise) =>
            Parsed(
                key,
                otherwise,
                "a time as hh:mm:ss, or empty",
                static (string text, out TimeSpan? value) =>
                {
                    var isTime = TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time);
                    value = isTime ? time : null;
                    return isTime || text.Length == 0;
                }
            );

        public Dictionary<string, int>? Numbers(string key) =>
            Take(keys, key) is { } section
                ? section
                    .GetChildren()
                    .ToDictionary(
                        child => child.Key,
                        child => TryNumber(child.Value ?? "", out var number) ? number : Bad(child, "a whole number", 0),
                        StringComparer.Ordinal
                    )
                : null;

        private static bool TryNumber(string text, out int number) =>
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

        private T Parsed<T>(string key, T otherwise, string expected, TryParse<T> parse) =>
            Take(keys, key) is not { } section ? otherwise
            : parse(section.Value ?? "", out var value) ? value
            : Bad(section, expected, otherwise);

        private T Bad<T>(IConfigurationSection section, string expected, T otherwise)
        {
            failures.Add($"{section.Path} is '{section.Value}', not {expected}.");
            return otherwise;
        }

        private delegate bool TryParse<T>(string text, out T value);
    }
}
