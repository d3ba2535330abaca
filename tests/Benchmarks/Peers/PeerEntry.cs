using MonotonicReads.Benchmarks.Peers.Servers;

namespace MonotonicReads.Benchmarks.Peers;

/// <summary>One line of the tables.</summary>
/// <param name="Key">What the command line calls it.</param>
/// <param name="Name">What the tables call it.</param>
/// <param name="Type">The class, whose source has the user's lines.</param>
/// <param name="Uses">A type of each package whose version is told.</param>
/// <param name="Create">Sets it up over these servers.</param>
internal sealed record PeerEntry(string Key, string Name, Type Type, IReadOnlyList<Type> Uses, Func<ServerStrings, IPeer> Create)
{
    public static PeerEntry Of<TPeer>(string key, string name, Func<ServerStrings, TPeer> create, params Type[] uses)
        where TPeer : IPeer => new(key, name, typeof(TPeer), uses, servers => create(servers));
}
