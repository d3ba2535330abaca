using System.Net;
using System.Net.Sockets;
using MonotonicReads.Consistency.Faults;

namespace MonotonicReads.Consistency.Tests.Network;

/// <summary>A relay is an address that leads where it is told, over a network that does as it is told.</summary>
public sealed class TcpRelayTests : IDisposable
{
    private readonly TcpListener _one = Listen((byte)'1');
    private readonly TcpListener _two = Listen((byte)'2');
    private readonly TcpRelay _relay;

    public TcpRelayTests() => _relay = new(PortOf(_one));

    [Fact]
    public async Task It_leads_new_connections_elsewhere_and_leaves_the_old_ones()
    {
        using var old = await ConnectAsync();
        Assert.Equal('1', await AskAsync(old));
        _relay.Retarget(PortOf(_two), cut: false);
        using var next = await ConnectAsync();
        Assert.Equal('2', await AskAsync(next));
        Assert.Equal('1', await AskAsync(old));
    }

    [Fact]
    public async Task Or_breaks_them()
    {
        using var old = await ConnectAsync();
        Assert.Equal('1', await AskAsync(old));
        _relay.Retarget(PortOf(_two), cut: true);
        await Assert.ThrowsAnyAsync<IOException>(() => AskAsync(old));
    }

    [Fact]
    public async Task What_it_swallows_comes_when_it_lets_go()
    {
        using var client = await ConnectAsync();
        Assert.Equal('1', await AskAsync(client));
        _relay.Swallow(true);
        var asked = AskAsync(client);
        await Task.Delay(100);
        Assert.False(asked.IsCompleted);
        _relay.Swallow(false);
        Assert.Equal('1', await asked);
    }

    [Fact]
    public async Task It_delays()
    {
        using var client = await ConnectAsync();
        _relay.Delay(60);
        var started = System.Diagnostics.Stopwatch.StartNew();
        await AskAsync(client);
        Assert.True(started.ElapsedMilliseconds >= 100, $"{started.ElapsedMilliseconds} ms for both ways");
    }

    public void Dispose()
    {
        _relay.Dispose();
        _one.Dispose();
        _two.Dispose();
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _relay.Port);
        return client;
    }

    private static async Task<char> AskAsync(TcpClient client)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(new byte[] { 0 });
        var answer = new byte[1];
        await stream.ReadExactlyAsync(answer);
        return (char)answer[0];
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    // Answers each byte with its own.
    private static TcpListener Listen(byte answer)
    {
        var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _ = ServeAsync();
        return listener;

        async Task ServeAsync()
        {
            try
            {
                while (true)
                {
                    _ = EchoAsync(await listener.AcceptTcpClientAsync());
                }
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        }

        async Task EchoAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    var buffer = new byte[1];
                    while (await client.GetStream().ReadAsync(buffer) == 1)
                    {
                        await client.GetStream().WriteAsync(new[] { answer });
                    }
                }
                catch (IOException)
                {
                    // It was cut.
                }
            }
        }
    }
}
