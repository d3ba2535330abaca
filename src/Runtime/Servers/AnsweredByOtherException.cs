using System.Data.Common;

namespace MonotonicReads.Servers;

/// <summary>A proxy let another server answer for the one that was named.</summary>
internal sealed class AnsweredByOtherException(string server)
    : DbException(
        $"Another server answered when '{server}' was named: the proxy does not reach it, knows no server of this name, or does not read "
            + $"hints."
    );
