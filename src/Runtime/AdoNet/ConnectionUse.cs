using System.Data;
using MonotonicReads.Routing;

namespace MonotonicReads.AdoNet;

/// <summary>One thing at a time on a connection: what is asked of the server past <see cref="StatementRun"/>.</summary>
internal static class ConnectionUse
{
    /// <exception cref="InvalidOperationException">It is closed; also where it was disposed, as the driver says.</exception>
    public static void ThrowIfNotOpen(this ReplicatedConnection connection)
    {
        if (connection.State != ConnectionState.Open)
        {
            throw new InvalidOperationException(RoutedConnection.ClosedMessage);
        }
    }

    /// <exception cref="InvalidOperationException">Something else is asked on it.</exception>
    public static T Use<T>(this ReplicatedConnection connection, Func<T> ask)
    {
        connection.Routed.BeginUse();
        try
        {
            return ask();
        }
        finally
        {
            connection.EndUse<object>(result: null);
        }
    }

    /// <inheritdoc cref="Use"/>
    public static void Use(this ReplicatedConnection connection, Action ask)
    {
        connection.Routed.BeginUse();
        try
        {
            ask();
        }
        finally
        {
            connection.EndUse<object>(result: null);
        }
    }

    /// <inheritdoc cref="Use"/>
    public static async Task<T> UseAsync<T>(this ReplicatedConnection connection, Func<Task<T>> ask)
    {
        connection.Routed.BeginUse();
        try
        {
            return await ask().ConfigureAwait(false);
        }
        finally
        {
            await connection.EndUseAsync<object>(result: null).ConfigureAwait(false);
        }
    }

    /// <inheritdoc cref="Use"/>
    public static async Task UseAsync(this ReplicatedConnection connection, Func<Task> ask)
    {
        connection.Routed.BeginUse();
        try
        {
            await ask().ConfigureAwait(false);
        }
        finally
        {
            await connection.EndUseAsync<object>(result: null).ConfigureAwait(false);
        }
    }
}
