using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MonotonicReads.Cluster;

/// <summary>
/// A port on 127.0.0.1 that no other server of these tests has, in whichever process, until it is given back or the process ends:
/// a server that is down for a moment must find it free again, and nobody may find another server behind it meanwhile.
/// </summary>
internal sealed class LoopbackPort : IDisposable
{
    /// <summary>Where a server listens that has no address of its own.</summary>
    public const string Host = "127.0.0.1";

    // Below the range from which the kernel takes ports for outgoing connections (32768 on Linux), so that a server
    // that is down for a moment does not lose its port to some client.
    private const int First = 18_000;
    private const int AfterLast = 32_000;

    private static readonly string Locks = Path.Combine(Path.GetTempPath(), $"monotonicreads-{Environment.UserName}", "ports");

    private readonly FileStream? _lock;

    /// <summary>As if it had been taken; without a lock anybody may take it too.</summary>
    /// <param name="number">1 to 65535.</param>
    /// <param name="held">What is closed when the port is given back.</param>
    internal LoopbackPort(int number, FileStream? held) => (Number, _lock) = (number, held);

    /// <summary>1 to 65535; stays readable when the port was given back.</summary>
    public int Number { get; }

    /// <summary>
    /// Takes a port on which nobody listens right now. A process that is none of these tests can still take it before the server
    /// does; the server then exits and is started again on another one.
    /// </summary>
    /// <exception cref="MariaDbClusterException">There is none.</exception>
    public static LoopbackPort Take() => Take(() => Random.Shared.Next(First, AfterLast));

    /// <summary>As <see cref="Take()"/>, of the numbers that are proposed.</summary>
    /// <param name="propose">The next number to try.</param>
    public static LoopbackPort Take(Func<int> propose)
    {
        Directory.CreateDirectory(Locks);
        for (var attempt = 0; attempt < 1_000; attempt++)
        {
            var number = propose();
            var held = Lock(number);
            if (held is not null && IsFree(number))
            {
                return new(number, held);
            }

            held?.Dispose();
        }

        throw new MariaDbClusterException($"No free port was found on 127.0.0.1 between {First} and {AfterLast}.");
    }

    /// <summary>Starts a server on a port of its own; where somebody else got that between the look and the bind, on another one.</summary>
    /// <param name="take">Takes a port.</param>
    /// <param name="start">Starts it there; false where its process has ended.</param>
    /// <param name="log">What it has logged.</param>
    /// <returns>False where it ended for any other reason, which would only repeat itself.</returns>
    public static async Task<bool> TryStartAsync(Func<LoopbackPort> take, Func<LoopbackPort, Task<bool>> start, Func<string> log)
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var port = take();
            if (await start(port).ConfigureAwait(false))
            {
                return true;
            }

            port.Dispose();
            if (!log().Contains("Can't start server: Bind on TCP/IP port", StringComparison.Ordinal))
            {
                break;
            }
        }

        return false;
    }

    public void Dispose() => _lock?.Dispose();

    private static FileStream? Lock(int number)
    {
        try
        {
            return new(
                Path.Combine(Locks, number.ToString(CultureInfo.InvariantCulture)),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsFree(int number)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, number));
            return true;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            return false;
        }
    }
}
