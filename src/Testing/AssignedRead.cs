using System.Data.Common;
using System.Globalization;

namespace MonotonicReads.Testing;

/// <summary>A statement of the shortest assignment: where it was sent, and what it saw there.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Saw">The first row that it saw, and how many more there were; null where it was not asked again.</param>
internal sealed record AssignedRead(SentStatement Statement, string? Saw)
{
    private const int LongestRow = 60;

    /// <summary>Sends a statement to a replica again, which shows still what it showed.</summary>
    public static async Task<AssignedRead> OfAsync(LaggingReplicas set, SentStatement statement)
    {
        var replica = set.All.FirstOrDefault(replica => replica.Name == statement.Server && !replica.IsKilled);
        if (replica is null || statement.IsBatch)
        {
            return new AssignedRead(statement, Saw: null);
        }

        try
        {
            var connection = await replica.Pool.Source.OpenConnectionAsync().ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                var command = connection.CreateCommand();
                await using (command.ConfigureAwait(false))
                {
                    command.CommandText = statement.Text;
                    foreach (var (name, value) in statement.Parameters)
                    {
                        var parameter = command.CreateParameter();
                        (parameter.ParameterName, parameter.Value) = (name, value);
                        command.Parameters.Add(parameter);
                    }

                    return new AssignedRead(statement, await FirstRowAsync(command).ConfigureAwait(false));
                }
            }
        }
        catch (DbException exception)
        {
            // What it saw is told for convenience alone: the failure itself must not be hidden by another.
            return new AssignedRead(statement, "(" + exception.Message + ")");
        }
    }

    private static async Task<string> FirstRowAsync(DbCommand command)
    {
        var reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        await using (reader.ConfigureAwait(false))
        {
            if (!await reader.ReadAsync().ConfigureAwait(false))
            {
                return "(no row)";
            }

            var row = string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(i => TextOf(reader.GetValue(i))));
            var more = 0;
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                more++;
            }

            var shown = row.Length <= LongestRow ? row : row[..LongestRow] + "...";
            return more == 0 ? shown : string.Create(CultureInfo.InvariantCulture, $"{shown} (and {more} more)");
        }
    }

    private static string TextOf(object value) => value is DBNull ? "NULL" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
}
