using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MonotonicReads.Consistency.Faults;

/// <summary>An address that can be pointed at another server, and a network that delays, swallows and breaks.</summary>
internal sealed class TcpRelay : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Pair, byte> _pairs = new();
    private volatile int _target;
    private volatile int _delay;
    private volatile TaskCompletionSource? _hole;

    public TcpRelay(int target)
    {
        _target = target;
        _listener.Start(512);
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Target => _target;

    /// <summary>Leads new connections elsewhere.</summary>
    /// <param name="port">Where.</param>
    /// <param name="cut">Whether those that are open break; otherwise they go on to the server that they lead to.</param>
    public void Retarget(int port, bool cut)
    {
        _target = port;
        if (cut)
        {
            Cut();
        }
    }

    /// <summary>Each packet comes this much later.</summary>
    public void Delay(int milliseconds) => _delay = milliseconds;

    /// <summary>Nothing comes through, and nobody is told; or again all, what was held back first.</summary>
    public void Swallow(bool on)
    {
        if (on)
        {
            _hole ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        else
        {
            Interlocked.Exchange(ref _hole, null)?.TrySetResult();
        }
    }

    /// <summary>Resets all connections.</summary>
    public void Cut()
    {
        foreach (var pair in _pairs.Keys)
        {
            pair.Reset();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Swallow(false);
        Cut();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync().ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is ObjectDisposedException or SocketException)
            {
                return;
            }

            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var pair = new Pair(client, server);
        _pairs[pair] = 0;
        try
        {
            if (_hole is { } hole)
            {
                await hole.Task.ConfigureAwait(false);
            }

            await server.ConnectAsync(IPAddress.Loopback, _target).ConfigureAwait(false);
            client.NoDelay = server.NoDelay = true;
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client)).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            pair.Reset();
        }
        finally
        {
            _pairs.TryRemove(pair, out _);
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            while (await from.ReceiveAsync(buffer, SocketFlags.None).ConfigureAwait(false) is var count && count > 0)
            {
                if (_delay is var delay && delay > 0)
                {
                    await Task.Delay(delay).ConfigureAwait(false);
                }

                if (_hole is { } hole)
                {
                    await hole.Task.ConfigureAwait(false);
                }

                for (var sent = 0; sent < count; )
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), SocketFlags.None).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side is gone; so is the other when this returns.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed class Pair(Socket client, Socket server) : IDisposable
    {
        public void Reset()
        {
            try
            {
                client.LingerState = server.LingerState = new LingerOption(true, 0);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // It has ended, or was never connected.
            }

            Dispose();
        }

        public void Dispose()
        {
            client.Dispose();
            server.Dispose();
        }
    }
}
