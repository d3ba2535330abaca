using System.Data.Common;

namespace Storefront.Data;

/// <summary>One replica, as far as the demonstration has a hand in it. Not safe for concurrent changes.</summary>
internal interface IShopReplica
{
    string Name { get; }

    bool IsUp { get; }

    /// <summary>How late it applies changes, as last asked for.</summary>
    TimeSpan Lag { get; }

    /// <summary>The server past all routing, to look at its state.</summary>
    DbDataSource Direct { get; }

    /// <summary>Makes it later or earlier from now on; one that is down remembers.</summary>
    Task SetLagAsync(TimeSpan lag);

    /// <summary>Ends the server: it refuses connections until <see cref="ReviveAsync"/>. Nothing where it is down.</summary>
    Task KillAsync();

    /// <summary>Brings it back over the same files; it then applies what it missed. Nothing where it is up.</summary>
    Task ReviveAsync();
}
