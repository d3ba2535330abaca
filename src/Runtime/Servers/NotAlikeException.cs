using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>A server refused what was chosen on the connection that was left, its database or what was set of its session. Callers get the
/// driver's exception.</summary>
internal sealed class NotAlikeException(DbException drivers) : Exception(drivers.Message, drivers)
{
    /// <summary>The driver's exception.</summary>
    public DbException Drivers => drivers;
}
