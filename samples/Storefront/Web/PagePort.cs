using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Storefront.Web;

/// <summary>Where the page is served.</summary>
internal static class PagePort
{
    /// <param name="port">The port; 0 for any.</param>
    /// <exception cref="PortTakenException">Nobody can listen there.</exception>
    public static void ThrowIfTaken(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch (SocketException exception)
        {
            throw new PortTakenException(port, exception);
        }
    }
}

/// <summary>The port that was asked for cannot be had.</summary>
internal sealed class PortTakenException(int port, SocketException cause)
    : Exception(
        string.Create(
            CultureInfo.InvariantCulture,
            $"Port {port} cannot be had ({cause.Message}). Give another with --port, or leave it out for a free one."
        ),
        cause
    );
