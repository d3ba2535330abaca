using System.Data;

namespace MonotonicReads.AdoNet;

/// <summary>What a connection tells of its state.</summary>
internal static class StateChanges
{
    public static readonly StateChangeEventArgs Opening = new(ConnectionState.Closed, ConnectionState.Connecting);
    public static readonly StateChangeEventArgs Opened = new(ConnectionState.Connecting, ConnectionState.Open);
    public static readonly StateChangeEventArgs NotOpened = new(ConnectionState.Connecting, ConnectionState.Closed);
    public static readonly StateChangeEventArgs Closed = new(ConnectionState.Open, ConnectionState.Closed);
}
