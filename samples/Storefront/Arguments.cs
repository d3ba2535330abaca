using System.Globalization;

namespace Storefront;

/// <param name="Pages">How many pages of each repository the table counts.</param>
/// <param name="MariaDb">Real servers instead of SQLite files.</param>
/// <param name="Web">A page that shows it live instead of a table.</param>
/// <param name="Port">Where the page is served; 0 for a free one.</param>
/// <param name="Help">Only say what there is.</param>
internal sealed record Arguments(int Pages, bool MariaDb, bool Web, int Port, bool Help)
{
    public const string Usage = """
        usage: dotnet run --project samples/Storefront [-- OPTIONS]

          (none)       views 2,000 pages of each repository and prints a table
          --pages N    so many pages instead
          --web        serves a page on this machine that shows the same live; Ctrl+C ends it
          --port N     the page's port, 1 to 65535; without it a free one is taken
          --mariadb    a MariaDB primary with three replicas, started for this run, instead of SQLite files
          --help       this text
        """;

    private const int DefaultPages = 2_000;

    /// <summary>Null and the reason if the words make no sense.</summary>
    public static Arguments? Parse(string[] words, out string error)
    {
        var (pages, port) = ((int?)null, (int?)null);
        var parsed = new Arguments(DefaultPages, MariaDb: false, Web: false, Port: 0, Help: false);
        error = "";
        for (var i = 0; i < words.Length && error.Length == 0; i++)
        {
            switch (words[i])
            {
                case "--help" or "-h" or "-?":
                    return parsed with { Help = true };
                case "--mariadb":
                    parsed = parsed with { MariaDb = true };
                    break;
                case "--web":
                    parsed = parsed with { Web = true };
                    break;
                case "--pages":
                    pages = Number(words, ++i, int.MaxValue);
                    error = pages is null ? "--pages takes a whole number above 0, for example --pages 500." : "";
                    break;
                case "--port":
                    port = Number(words, ++i, ushort.MaxValue);
                    error = port is null ? "--port takes a whole number from 1 to 65535, for example --port 5080." : "";
                    break;
                default:
                    error = $"Unknown argument '{words[i]}'.";
                    break;
            }
        }

        if (error.Length == 0)
        {
            error =
                port is not null && !parsed.Web ? "--port is for the page: add --web."
                : pages is not null && parsed.Web ? "--pages is for the table, and --web shows none: leave one of them out."
                : "";
        }

        return error.Length > 0 ? null : parsed with { Pages = pages ?? DefaultPages, Port = port ?? 0 };
    }

    private static int? Number(string[] words, int at, int most) =>
        at < words.Length
        && int.TryParse(words[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number > 0
        && number <= most
            ? number
            : null;
}
