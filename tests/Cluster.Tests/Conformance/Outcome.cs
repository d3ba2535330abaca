using System.Collections;
using System.Data;
using System.Globalization;
using MySqlConnector;

namespace MonotonicReads.Cluster.Tests.Conformance;

/// <summary>What came of a behaviour, as text that can be compared.</summary>
internal static class Outcome
{
    public static async Task<string> OfAsync(Func<Task<object?>> run)
    {
        try
        {
            return Of(await run());
        }
        catch (Exception exception)
        {
            return Of(exception);
        }
    }

    /// <summary>Nothing was thrown, and that was the question.</summary>
    public static Word NoException { get; } = new("no exception");

    /// <summary>What a part of a behaviour throws.</summary>
    public static async Task<Word> OfPartAsync(Func<Task> run)
    {
        try
        {
            await run();
            return NoException;
        }
        catch (Exception exception)
        {
            return new(Of(exception));
        }
    }

    public static string Of(Exception exception) =>
        exception switch
        {
            ThrownAtCallException { InnerException: { } thrown } => Of(thrown) + " at the call",
            MySqlException mySql => $"MySqlException({mySql.ErrorCode})",
            _ => exception.GetType().Name,
        };

    public static string Of(object? value) =>
        value switch
        {
            null => "null",
            DBNull => "DBNull",
            string text => $"'{text}'",
            bool flag => flag ? "true" : "false",
            int number => number.ToString(CultureInfo.InvariantCulture),
            Word word => word.Text,
            Enum member => member.ToString(),
            Type type => type.Name,
            byte[] bytes => "0x" + Convert.ToHexString(bytes),
            DateTime time => time.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            DataTable table =>
                $"{string.Join(',', table.Columns.Cast<DataColumn>().Select(column => column.ColumnName))}{Of(table.Rows.Cast<DataRow>().Select(row => row.ItemArray))}",
            IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Of))}]",
            IFormattable formattable => $"{formattable.ToString(null, CultureInfo.InvariantCulture)}:{value.GetType().Name}",
            _ => value.GetType().Name,
        };
}

/// <summary>A word of ours in an outcome, beside values.</summary>
internal sealed record Word(string Text);
