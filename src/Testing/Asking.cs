using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MonotonicReads.Testing;

/// <summary>Asks a statement of a unit of work again, of a server that shows a given moment.</summary>
/// <param name="set">The servers.</param>
internal sealed class Asking(LaggingReplicas set)
{
    private const int LongestRow = 60;

    /// <summary>The moments that can be asked, by number: the latest first.</summary>
    public IReadOnlyList<int> Moments =>
        [
            .. set
                .All.Where(static replica => !replica.IsKilled)
                .Select(static replica => replica.Held?.Number ?? SentStatement.Present)
                .Distinct()
                .OrderDescending(),
        ];

    /// <summary>Asks for all of it.</summary>
    /// <returns>A digest; null where it cannot be asked again.</returns>
    public Task<string?> DigestAsync(SentStatement statement, int moment) => AskAsync(statement, moment, DigestOfAsync);

    /// <summary>Asks for what is told of it: the first row, and how many more there are.</summary>
    /// <returns>Null where it is not told.</returns>
    public async Task<string?> FirstRowAsync(SentStatement statement)
    {
        try
        {
            return statement.IsBatch || statement.Writes || (statement.Server == "primary" && !statement.IsPlainRead)
                ? null
                : await RunAsync(statement, statement.Moment, FirstRowOfAsync).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // Told for convenience alone: the failure itself must not be hidden by another.
            return $"({OneLine(exception.Message)})";
        }
    }

    /// <summary>A text on one line, without what no terminal and no drawing shows.</summary>
    public static string OneLine(string text) =>
        string.Join(
            ' ',
            string.Concat(text.Select(static c => char.IsControl(c) && !char.IsWhiteSpace(c) ? '\uFFFD' : c))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        );

    private async Task<string?> AskAsync(SentStatement statement, int moment, Func<DbDataReader, Task<string?>> read)
    {
        try
        {
            return statement.IsBatch ? null : await RunAsync(statement, moment, read).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // No connection is left, or the table is not there: nothing is known of it then, and nothing is claimed.
            return null;
        }
    }

    private async Task<string?> RunAsync(SentStatement statement, int moment, Func<DbDataReader, Task<string?>> read)
    {
        if (SourceOf(moment) is not { } source)
        {
            return null;
        }

        var connection = await source.OpenConnectionAsync().ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.CreateCommand();
            await using (command.ConfigureAwait(false))
            {
                (command.CommandText, command.CommandType) = (statement.Text, statement.Type);
                foreach (var parameter in statement.Parameters)
                {
                    command.Parameters.Add(parameter);
                }

                try
                {
                    var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        return await read(reader).ConfigureAwait(false);
                    }
                }
                finally
                {
                    // They are asked with again.
                    command.Parameters.Clear();
                }
            }
        }
    }

    // What the primary was asked is asked there.
    private DbDataSource? SourceOf(int moment) =>
        set.All.FirstOrDefault(replica => !replica.IsKilled && (replica.Held?.Number ?? SentStatement.Present) == moment)?.Pool.Source
        ?? (moment == SentStatement.Present ? set.DataSource.Routed.Primary.Pool.Source : null);

    private static async Task<string?> DigestOfAsync(DbDataReader reader)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        do
        {
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    hash.AppendData(Encoding.UTF8.GetBytes(TextOf(reader.GetValue(i)) + "\u001f"));
                }

                hash.AppendData("\u001e"u8);
            }

            hash.AppendData("\u001d"u8);
        } while (await reader.NextResultAsync().ConfigureAwait(false));

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static async Task<string?> FirstRowOfAsync(DbDataReader reader)
    {
        if (!await reader.ReadAsync().ConfigureAwait(false))
        {
            return "(no row)";
        }

        var row = OneLine(string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(i => TextOf(reader.GetValue(i)))));
        var more = 0;
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            more++;
        }

        var shown = row.Length <= LongestRow ? row : row[..LongestRow] + "...";
        return more == 0 ? shown : string.Create(CultureInfo.InvariantCulture, $"{shown} (and {more} more)");
    }

    private static string TextOf(object value) =>
        value switch
        {
            DBNull => "NULL",
            byte[] bytes => "0x" + Convert.ToHexString(bytes),
            IFormattable formattable and (DateTime or DateTimeOffset or DateOnly) => formattable.ToString(
                "O",
                CultureInfo.InvariantCulture
            ),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
}
