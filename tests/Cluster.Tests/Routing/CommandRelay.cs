using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MonotonicReads.Cluster.Tests.Routing;

/// <summary>
/// Stands between a client and a server on the loopback and counts the client's commands: packets of the MySQL protocol whose
/// sequence number is 0. Each is a round trip, unless the client sends several before it reads. Where it leads can change, as an
/// address in front of several servers does.
/// </summary>
internal sealed class CommandRelay : IDisposable
{
    private const int HeaderSize = 4;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<TcpClient> _clients = [];
    private int _commands;
    private int _refused;

    public CommandRelay(int serverPort)
        : this(() => serverPort) { }

    /// <param name="serverPort">Asked for each connection.</param>
    public CommandRelay(Func<int> serverPort)
    {
        _listener.Start();
        _ = AcceptAsync(serverPort);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>The commands so far.</summary>
    public int Commands => Volatile.Read(ref _commands);

    /// <summary>The connections so far.</summary>
    public int Connections => _clients.Count;

    /// <summary>The connections that were closed because the server is not there.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>How long an answer is on its way, however many packets it has.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>What answers wait for.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>How long an answer to a command is on its way besides: a login goes through.</summary>
    public TimeSpan CommandDelay { get; set; }

    /// <summary>From now on the servers' next packet on each connection is an error, and their side of it is closed: so a server ends that
    /// says goodbye first. Null for none.</summary>
    public int? Farewell { get; set; }

    /// <summary>How many connections the server has, which says so of its own: a client hears the farewell when it has one less.</summary>
    public Func<Task<long>>? Counted { get; set; }

    /// <summary>Breaks the connections of this moment.</summary>
    public void Break()
    {
        foreach (var client in _clients)
        {
            client.Dispose();
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
    }

    private async Task AcceptAsync(Func<int> serverPort)
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var server = new TcpClient { NoDelay = true };
            client.NoDelay = true;
            _clients.Add(client);
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, serverPort(), _end.Token);
            }
            catch (SocketException)
            {
                // Nobody is there just now.
                client.Dispose();
                Interlocked.Increment(ref _refused);
                continue;
            }

            // The server speaks first.
            var turn = new Turn { IsAwaited = true };
            _ = PumpAsync(client.GetStream(), server.GetStream(), turn, isFromClient: true);
            _ = PumpAsync(server.GetStream(), client.GetStream(), turn, isFromClient: false);
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to, Turn turn, bool isFromClient)
    {
        var packet = new byte[HeaderSize + 0xFFFFFF];
        try
        {
            while (true)
            {
                await from.ReadExactlyAsync(packet.AsMemory(0, HeaderSize), _end.Token);
                var length = packet[0] | (packet[1] << 8) | (packet[2] << 16);
                await from.ReadExactlyAsync(packet.AsMemory(HeaderSize, length), _end.Token);
                if (isFromClient)
                {
                    turn.IsAwaited = true;
                    if (packet[3] == 0)
                    {
                        turn.HasCommand = true;
                        Interlocked.Increment(ref _commands);
                    }
                }
                else
                {
                    await Gate.WaitAsync(_end.Token);
                    if (turn.IsAwaited)
                    {
                        await Task.Delay(turn.HasCommand ? Delay + CommandDelay : Delay, _end.Token);
                    }

                    turn.IsAwaited = false;
                }

                if (!isFromClient && Farewell is { } error)
                {
                    var before = Counted is { } counted ? await counted() : 0;
                    await from.DisposeAsync();
                    while (Counted is { } count && await count() >= before)
                    {
                        await Task.Delay(5, _end.Token);
                    }

                    // The client is left alone with what it has.
                    byte[] text = [0xFF, (byte)error, (byte)(error >> 8), .. "#70100goodbye"u8];
                    await to.WriteAsync((byte[])[(byte)text.Length, 0, 0, packet[3], .. text], _end.Token);
                    return;
                }

                await to.WriteAsync(packet.AsMemory(0, HeaderSize + length), _end.Token);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has closed, and the other must hear of it.
            await from.DisposeAsync();
            await to.DisposeAsync();
        }
    }

    private sealed class Turn
    {
        private volatile bool _isAwaited;
        private volatile bool _hasCommand;

        /// <summary>Whether the next packet is the first one of an answer.</summary>
        public bool IsAwaited
        {
            get => _isAwaited;
            set => _isAwaited = value;
        }

        /// <summary>Whether the login is over.</summary>
        public bool HasCommand
        {
            get => _hasCommand;
            set => _hasCommand = value;
        }
    }
}
