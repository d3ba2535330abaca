using MonotonicReads.Choosing;
using MonotonicReads.Servers;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>What <see cref="NextStep"/> decides by, of an open connection and the session that uses it.</summary>
internal readonly struct RoutingFacts(RoutedConnection connection)
{
    /// <summary>Of the connection.</summary>
    /// <param name="server">Where it is.</param>
    public LinkFacts Of(RoutedServer server)
    {
        var source = connection.Source;
        return new LinkFacts(
            IsPrimary: server.IsPrimary,
            IsGone: server.IsGone(source.Time),
            IsThroughProxy: source.Proxy is not null,
            NamesServers: source.Proxy is { Dialect.NamesServers: true },
            IsAnywhere: ReferenceEquals(server, source.Proxy?.Anywhere),
            IsOutdated: connection.Link.IsOutdated
        );
    }

    /// <summary>Of the session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="pin">Where it reads.</param>
    /// <param name="server">Where the connection is.</param>
    /// <param name="isPlainRead">Whether the statement may run on a replica.</param>
    public PinFacts Of(ReadSession session, SessionPin pin, RoutedServer server, bool isPlainRead)
    {
        var reads = pin.Server;
        return new PinFacts(
            Level: session.Consistency,
            HasServer: reads is not null,
            IsHere: ReferenceEquals(reads, server),
            IsOnPrimary: reads is { IsPrimary: true },
            HasLoss: pin.Loss is not null,
            // No connection breaks when a server is restarted behind a proxy: the monitor tells.
            IsOtherRun: !server.IsPrimary
                && (connection.Source.Proxy is not null || connection.Link.IsOutdated)
                && pin.IsOtherIncarnation(server),
            MustCatchUp: isPlainRead && !server.IsPrimary && pin.MustCatchUp(server, session.SeesOwnWrites, session.Moments),
            MustProveFresh: isPlainRead && !server.IsPrimary && connection.Source.Freshness.MustProve(session, server),
            NeedsBarrier: server.IsPrimary && PrimaryBarrier.IsNeeded(session, pin),
            IsOurs: connection.Use.IsOf(pin),
            MayReturn: pin.IsAway && FallbackEnd.IsDue(session, pin)
        );
    }
}
