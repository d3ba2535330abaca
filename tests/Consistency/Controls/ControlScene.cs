using System.Data.Common;
using System.Globalization;
using MonotonicReads.Consistency.Checking;
using MonotonicReads.Consistency.Faults;
using MonotonicReads.Consistency.History;
using MonotonicReads.Consistency.Workload;
using MySqlConnector;

namespace MonotonicReads.Consistency.Controls;

/// <summary>A client that is wrong on purpose, and what the checker has to say of it.</summary>
internal sealed record Control(string Name, Promise Broken, Func<ControlScene, Task> RunAsync)
{
    public bool IsForMySql { get; init; }
}

/// <summary>
/// Where the controls play: the first replica has all, the others stand still some writes before. What the wrong clients see goes into
/// a history of each one's own.
/// </summary>
internal sealed class ControlScene(Grounds grounds, Recorder recorder)
{
    public Stage Stage => grounds.Stage;

    public Grounds Grounds => grounds;

    public Slot FreshSlot => Stage.Slots[0];

    public Member Fresh => Stage.Slots[0].Member;

    public Member Late => Stage.Slots[1].Member;

    public Member OtherLate => Stage.Slots[2].Member;

    public int Session { get; private set; }

    /// <summary>Begins a session that claims a level; the wrong client goes without one, or with another.</summary>
    public void Begin(ReadConsistency level, int? token = null)
    {
        Session = recorder.NextSession();
        recorder.Add(
            new()
            {
                Kind = EntryKind.Session,
                Session = Session,
                Begin = Recorder.Now,
                Level = level,
                Policy = ReplicaLoss.Primary,
                Token = token ?? 0,
                Via = "control",
            }
        );
    }

    public static async Task<MySqlConnection> OpenAsync(Member member)
    {
        var connection = new MySqlConnection(
            new MySqlConnectionStringBuilder(member.ConnectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync();
        return connection;
    }

    public async Task<Entry> ReadAsync(Member member, Claims claims, long since = 0)
    {
        await using var connection = await OpenAsync(member);
        return await ReadAsync(connection, claims, since: since);
    }

    public async Task<Entry> ReadAsync(DbConnection connection, Claims claims, Shape? shape = null, long since = 0)
    {
        shape ??= Shape.Head;
        var entry = new Entry
        {
            Kind = EntryKind.Read,
            Session = Session,
            Level = ReadConsistency.Monotonic,
            Claims = claims,
            Since = since,
            Via = "control",
            Begin = Recorder.Now,
        };
        var rows = new List<Row>();
        await using (var command = connection.CreateCommand())
        {
            command.CommandText = shape.Sql;
            await using var reader = await command.ExecuteReaderAsync();
            while (await reader.ReadAsync())
            {
                rows.Add(shape.RowOf(reader));
            }
        }

        var read = shape.Read(entry, rows) with { End = Recorder.Now };
        recorder.Add(read);
        return read;
    }

    /// <summary>A write of the session, or of nobody's, on the primary; its position there.</summary>
    public async Task<string> WriteAsync(Claims claims = Claims.None)
    {
        var tag = grounds.Recorder.NextTag();
        var begin = Recorder.Now;
        await Stage.Primary.ExecuteAsync(
            "USE app",
            string.Create(CultureInfo.InvariantCulture, $"UPDATE head SET tag = {tag}, item = 3 WHERE id = 1")
        );
        recorder.Add(
            new()
            {
                Kind = EntryKind.Write,
                Session = claims == Claims.None ? 0 : Session,
                Begin = begin,
                End = Recorder.Now,
                Tag = tag,
                Key = 3,
                Claims = claims,
                IsAcknowledged = true,
                Via = "control",
            }
        );
        return await Stage.Primary.PositionAsync();
    }

    public static async Task CatchUpAsync(Member member, string position)
    {
        if (!await member.HasAppliedAsync(position, TimeSpan.FromSeconds(60)))
        {
            throw new InvalidOperationException($"{member} did not apply {position}: {await member.ReplicationErrorAsync()}");
        }
    }

    public async Task RestAsync()
    {
        foreach (var late in new[] { Late, OtherLate })
        {
            await late.ExecuteAsync(late.StopApplying);
        }

        var position = "";
        for (var i = 0; i < 5; i++)
        {
            position = await WriteAsync();
        }

        await CatchUpAsync(Fresh, position);
    }
}
