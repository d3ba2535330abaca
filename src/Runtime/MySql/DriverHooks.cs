using System.Reflection;
using MySqlConnector;

namespace MonotonicReads.MySql;

/// <summary>What the program wants of the driver's data sources: of each server's, of each generation of its pool, and of replicas that are
/// added later.</summary>
/// <param name="openedCallback">Where the driver's builder keeps the callbacks that were added to it; null where nobody knows.</param>
internal sealed class DriverHooks(FieldInfo? openedCallback)
{
    // The driver calls all that were added, and waits for the last one only: on one connection they would meet.
    private static readonly FieldInfo? OpenedCallback = typeof(MySqlDataSourceBuilder).GetField(
        "m_connectionOpenedCallback",
        BindingFlags.Instance | BindingFlags.NonPublic
    );

    private readonly List<Action<string, MySqlDataSourceBuilder>> _configure = [];
    private readonly List<MySqlConnectionOpenedCallback> _opened = [];
    private bool _mayAddCallbacks;

    /// <summary>None so far, of the driver as it is.</summary>
    public DriverHooks()
        : this(OpenedCallback) { }

    /// <summary>Whether callbacks may have been added to the driver's builder, and could not be put in order with ours: the driver has them
    /// under another name than when this was written.</summary>
    public bool CallbacksMayMeet => _mayAddCallbacks && openedCallback is null;

    /// <summary>The same; what is added here later is not in it.</summary>
    public DriverHooks Copy()
    {
        var copy = new DriverHooks(openedCallback) { _mayAddCallbacks = _mayAddCallbacks };
        copy._configure.AddRange(_configure);
        copy._opened.AddRange(_opened);
        return copy;
    }

    /// <summary>Configures the data source of each server, by its name.</summary>
    /// <param name="configure">Gets the server's name and the driver's builder.</param>
    /// <param name="addsNoCallback">Whether it is known to add no callback for opened connections.</param>
    public void Configure(Action<string, MySqlDataSourceBuilder> configure, bool addsNoCallback)
    {
        _configure.Add(configure);
        _mayAddCallbacks |= !addsNoCallback;
    }

    /// <summary>Is called on each connection that is opened, behind those before it.</summary>
    public void WhenOpened(MySqlConnectionOpenedCallback callback) => _opened.Add(callback);

    /// <summary>Does what the program wants.</summary>
    /// <param name="name">The server's name.</param>
    /// <param name="builder">Of its data source.</param>
    /// <param name="first">Is called on each connection before the program's own; null for none.</param>
    /// <exception cref="ArgumentException">The server was changed: nobody would know any more which one answers.</exception>
    public void Apply(string name, MySqlDataSourceBuilder builder, MySqlConnectionOpenedCallback? first)
    {
        var text = builder.ConnectionStringBuilder;
        var (host, port) = (text.Server, text.Port);
        foreach (var configure in _configure)
        {
            configure(name, builder);
        }

        if (text.Server != host || text.Port != port || text.ServerRedirectionMode != MySqlServerRedirectionMode.Disabled)
        {
            throw new ArgumentException(
                $"ConfigureDataSource changed the server of '{name}', or lets it redirect. Which server answers is told by the connection "
                    + "string alone."
            );
        }

        List<MySqlConnectionOpenedCallback> callbacks = [.. first is null ? [] : new[] { first }, .. Taken(builder), .. _opened];
        if (callbacks.Count > 0)
        {
            builder.UseConnectionOpenedCallback((opened, cancellation) => CallAsync(callbacks, opened, cancellation));
        }
    }

    private IEnumerable<MySqlConnectionOpenedCallback> Taken(MySqlDataSourceBuilder builder)
    {
        var callbacks = (MySqlConnectionOpenedCallback?)openedCallback?.GetValue(builder);
        openedCallback?.SetValue(builder, null);
        return callbacks?.GetInvocationList().Cast<MySqlConnectionOpenedCallback>() ?? [];
    }

    private static async ValueTask CallAsync(
        List<MySqlConnectionOpenedCallback> callbacks,
        MySqlConnectionOpenedContext opened,
        CancellationToken cancellation
    )
    {
        foreach (var callback in callbacks)
        {
            await callback(opened, cancellation).ConfigureAwait(false);
        }
    }
}
