using System.Net;
using System.Net.Sockets;

namespace MonotonicReads.Cluster;

/// <summary>Free ports on 127.0.0.1.</summary>
internal static class LoopbackPorts
{
    // Below the range from which the kernel takes ports for outgoing connections (32768 on Linux), so that a server
    // that is down for a moment does not lose its port to some client.
    private const int First = 18_000;
    private const int AfterLast = 32_000;

    /// <summary>
    /// A port on which nobody listens right now. Another process can still take it before the server does; the server
    /// then exits and is started again on another one.
    /// </summary>
    public static int Next()
    {
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var port = Random.Shared.Next(First, AfterLast);
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new MariaDbClusterException($"No free port was found on 127.0.0.1 between {First} and {AfterLast}.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
