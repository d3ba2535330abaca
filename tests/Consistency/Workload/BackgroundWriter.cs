using MonotonicReads.Consistency.History;
using MySqlConnector;

namespace MonotonicReads.Consistency.Workload;

/// <summary>Writes all the time on the primary, by the driver alone, so that there is something to be late with.</summary>
internal sealed class BackgroundWriter(Grounds grounds, int seed)
{
    private readonly Random _random = new(seed);

    public async Task RunAsync()
    {
        MySqlConnection? connection = null;
        while (!grounds.IsOver)
        {
            var tag = grounds.Recorder.NextTag();
            var item = _random.Next(1, Schema.Keys);
            var begin = Recorder.Now;
            var done = false;
            try
            {
                if (connection is null)
                {
                    connection = new MySqlConnection(grounds.PrimaryThroughRelay);
                    await connection.OpenAsync();
                }

                await using var command = new MySqlCommand(Schema.Write, connection);
                command.Parameters.AddWithValue("@tag", tag);
                command.Parameters.AddWithValue("@item", item);
                await command.ExecuteNonQueryAsync();
                done = true;
            }
            catch (Exception exception)
                when (exception is MySqlException or InvalidOperationException or IOException or System.Net.Sockets.SocketException)
            {
                // The primary is away, or another one: nobody knows what became of the write.
                if (connection is not null)
                {
                    await connection.DisposeAsync();
                }

                connection = null;
                await Task.Delay(20);
            }

            grounds.Recorder.Add(
                new()
                {
                    Kind = EntryKind.Write,
                    Begin = begin,
                    End = Recorder.Now,
                    Tag = tag,
                    Key = item,
                    IsAcknowledged = done,
                    Via = "background",
                }
            );
            await Task.Delay(_random.Next(2, 14));
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
