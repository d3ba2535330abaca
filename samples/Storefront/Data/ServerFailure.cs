using System.Data.Common;
using System.Net.Sockets;

namespace Storefront.Data;

/// <summary>What comes of a server that is gone: mostly the driver's own exception, but of a connection that breaks as a transaction begins
/// the socket's.</summary>
internal static class ServerFailure
{
    public static bool Is(Exception exception) => exception is DbException or IOException or SocketException;
}
