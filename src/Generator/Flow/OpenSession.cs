namespace MonotonicReads.Generator.Flow;

/// <summary>A read session that is open on a path.</summary>
/// <param name="Identity">The operation that began it: the routing unit of what is read in it.</param>
/// <param name="OnPrimary">True where it reads on the primary.</param>
/// <param name="SeesWrites">True where its reads of replicas wait for its own writes.</param>
internal sealed record OpenSession(object Identity, bool OnPrimary, bool SeesWrites);
