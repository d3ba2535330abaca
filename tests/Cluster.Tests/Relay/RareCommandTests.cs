using System.Net;
using System.Net.Sockets;
using System.Text;
using MonotonicReads.Cluster.Relay;
using MonotonicReads.Cluster.Relay.Login;
using MonotonicReads.Cluster.Relay.Wire;

namespace MonotonicReads.Cluster.Tests.Relay;

/// <summary>Commands that MySqlConnector does not send, by a client that does.</summary>
public sealed class RareCommandTests(RelayFixture fixture) : IClassFixture<RelayFixture>
{
    private const Capabilities OfClient =
        Capabilities.Protocol41
        | Capabilities.SecureConnection
        | Capabilities.MultiStatements
        | Capabilities.MultiResults
        | Capabilities.PluginAuthentication
        | Capabilities.Transactions
        | Capabilities.BulkOperations;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cursor_is_fetched_where_it_was_opened(bool hasDoneAwayWithEof)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var client = await LogInAsync(relay, hasDoneAwayWithEof ? Capabilities.DeprecateEof : Capabilities.None);
        var number = await PrepareAsync(client, "select seq from seq_1_to_10", parameters: 0, columns: 1, hasDoneAwayWithEof);

        // Number, "read-only cursor", one iteration.
        await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.Execute).UInt32(number).Byte(1).UInt32(1));
        Assert.Equal([1], await NextAsync(client));
        await NextAsync(client); // the column
        var end = await NextAsync(client);
        var status = hasDoneAwayWithEof ? OkPacket.Status(end) : EofPacket.Status(end, Capabilities.None);
        Assert.True(status.HasFlag(ServerStatus.CursorExists));
        Assert.Equal(4, await FetchAsync(4));
        Assert.Equal(6, await FetchAsync(100));

        // In step: what follows gets its own answer.
        await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.Ping));
        Assert.Equal(OkPacket.Header, (await NextAsync(client))[0]);

        async Task<int> FetchAsync(uint rows)
        {
            await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.Fetch).UInt32(number).UInt32(rows));
            for (var count = 0; ; count++)
            {
                if (EofPacket.IsEnd(await NextAsync(client), hasDoneAwayWithEof ? Capabilities.DeprecateEof : Capabilities.None))
                {
                    return count;
                }
            }
        }
    }

    [Fact]
    public async Task Many_rows_are_inserted_by_one_command()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var client = await LogInAsync(relay);
        var number = await PrepareAsync(client, "insert into notes (note) values (?)", parameters: 1, columns: 0);
        var bulk = new PayloadWriter().Byte((byte)CommandKind.BulkExecute).UInt32(number).UInt16(128).Byte(0xFD).Byte(0);
        foreach (var note in (string[])["one", "two", "three"])
        {
            bulk.Byte(0).Byte((byte)note.Length).Text(note);
        }

        await SendAsync(client, bulk);
        var answer = await NextAsync(client);
        Assert.Equal([OkPacket.Header, 3], answer.Take(2)); // three rows
        Assert.Equal(("primary", StatementKind.Execute), (relay.Statements[^1].Server, relay.Statements[^1].Kind));
    }

    [Fact]
    public async Task The_option_for_several_statements_holds_on_every_server()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var client = await LogInAsync(relay);
        const string Several = "select 1; select 2";
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal([1], await QueryAsync(Several));
            for (var packets = 1; packets < 10; packets++)
            {
                await NextAsync(client); // two results of column, end, row, end; the second with its count
            }
        }

        await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.SetOption).UInt16(1));
        Assert.True(EofPacket.IsEnd(await NextAsync(client), Capabilities.None));
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(1064, ErrorPacket.Read(await QueryAsync(Several)).Code);
        }

        Assert.Equal(3, relay.Statements.TakeLast(30).Select(statement => statement.Server).Distinct().Count());

        async Task<byte[]> QueryAsync(string text)
        {
            await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.Query).Text(text));
            return await NextAsync(client);
        }
    }

    [Theory]
    [InlineData((byte)CommandKind.ChangeUser)]
    [InlineData(0x04)] // COM_FIELD_LIST
    public async Task What_is_not_passed_on_is_refused_and_the_connection_goes_on(byte command)
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var client = await LogInAsync(relay);
        await SendAsync(client, new PayloadWriter().Byte(command).ZeroTerminated("app"));
        var (code, message) = ErrorPacket.Read(await NextAsync(client));
        Assert.Equal(1105, code);
        Assert.StartsWith("The relay does not ", message, StringComparison.Ordinal);
        await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.Ping));
        Assert.Equal(OkPacket.Header, (await NextAsync(client))[0]);
    }

    [Fact]
    public async Task A_statement_that_nobody_prepared_is_an_error()
    {
        await using var relay = await fixture.ThroughForkAsync();
        await using var client = await LogInAsync(relay);
        await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.Execute).UInt32(77).Byte(0).UInt32(1));
        Assert.Equal(1243, ErrorPacket.Read(await NextAsync(client)).Code);
    }

    private static async Task<PacketChannel> LogInAsync(StatementRelay relay, Capabilities more = Capabilities.None)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, relay.Port);
        var client = new PacketChannel(socket);
        var greeting = ServerGreeting.Read(await NextAsync(client));
        var capabilities = OfClient | more;
        Assert.Equal(capabilities, capabilities & greeting.Capabilities);
        var login = new ClientLogin(
            capabilities,
            1 << 24,
            45,
            "app",
            NativePassword.Proof("app", greeting.Salt),
            "app",
            NativePassword.Plugin
        );
        await client.WriteAsync(login.Write(), CancellationToken.None);
        await client.FlushAsync(CancellationToken.None);
        Assert.Equal(OkPacket.Header, (await NextAsync(client))[0]);
        return client;
    }

    private static async Task<uint> PrepareAsync(
        PacketChannel client,
        string text,
        int parameters,
        int columns,
        bool hasDoneAwayWithEof = false
    )
    {
        await SendAsync(client, new PayloadWriter().Byte((byte)CommandKind.Prepare).Bytes(Encoding.UTF8.GetBytes(text)));
        var first = await NextAsync(client);
        Assert.Equal((OkPacket.Header, columns, parameters), (first[0], first[5], first[7]));
        for (var left = parameters + columns + (hasDoneAwayWithEof ? 0 : 1); left > 0; left--)
        {
            await NextAsync(client);
        }

        return BitConverter.ToUInt32(first, 1);
    }

    private static async Task SendAsync(PacketChannel client, PayloadWriter command)
    {
        client.BeginCommand();
        await client.WriteAsync(command.ToPayload(), CancellationToken.None);
        await client.FlushAsync(CancellationToken.None);
    }

    private static async Task<byte[]> NextAsync(PacketChannel client)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        return await client.ReadAsync(deadline.Token) ?? throw new EndOfStreamException("The relay has closed the connection.");
    }
}
