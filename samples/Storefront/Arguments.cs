using System.Globalization;

namespace Storefront;

internal sealed record Arguments(int Pages, bool MariaDb)
{
    public const string Usage = "usage: dotnet run --project samples/Storefront [-- [--pages N] [--mariadb]]";

    /// <summary>Null and the reason if the words make no sense.</summary>
    public static Arguments? Parse(string[] words, out string error)
    {
        var parsed = new Arguments(Pages: 2_000, MariaDb: false);
        error = "";
        for (var i = 0; i < words.Length; i++)
        {
            switch (words[i])
            {
                case "--mariadb":
                    parsed = parsed with { MariaDb = true };
                    break;
                case "--pages"
                    when i + 1 < words.Length
                        && int.TryParse(words[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out var pages)
                        && pages > 0:
                    parsed = parsed with { Pages = pages };
                    i++;
                    break;
                case "--pages":
                    error = "--pages takes a whole number above 0, for example --pages 500.";
                    return null;
                default:
                    error = $"Unknown argument '{words[i]}'.";
                    return null;
            }
        }

        return parsed;
    }
}
