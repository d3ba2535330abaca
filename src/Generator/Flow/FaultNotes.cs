using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>The faults of one kind: each read with the first access that it meets.</summary>
internal sealed class FaultNotes
{
    private Dictionary<Site, Fault>? _plain;
    private Dictionary<Site, Fault>? _through;

    /// <summary>Reads that meet an access, neither of them through anything but calls.</summary>
    public Items<Fault> Plain => _plain is null ? [] : InOrder(_plain.Values);

    /// <summary>Reads that meet an access only through a cache, a context or an event.</summary>
    public Items<Fault> Through =>
        _through is null ? []
        : _plain is { } plain ? InOrder(_through.Values.Where(f => !plain.ContainsKey(f.Read)))
        : InOrder(_through.Values);

    /// <param name="read">The read.</param>
    /// <param name="earlier">What it may meet.</param>
    /// <param name="session">The session that is open at the read; null for none.</param>
    public void Add(Access read, IEnumerable<Access> earlier, OpenSession? session = null)
    {
        foreach (var access in earlier)
        {
            if (access.SharesServerWith(read.Unit))
            {
                continue;
            }

            var through = access.Through > read.Through ? access.Through : read.Through;
            var faults = through == Detour.None ? _plain ??= [] : _through ??= [];
            var fault = new Fault(read.Site, access.Site, through)
            {
                Session = session?.Identity,
                IsKnownToSession = access.IsKnownTo(session),
            };
            faults[read.Site] = faults.TryGetValue(read.Site, out var known) ? First(fault, known) : fault;
        }
    }

    /// <summary>The one that is told, with what holds for both.</summary>
    private static Fault First(Fault fault, Fault known)
    {
        var isSame = Equals(fault.Session, known.Session);
        return (IsBefore(fault.Through, fault.Earlier, known) ? fault : known) with
        {
            Session = isSame ? known.Session : null,
            IsKnownToSession = isSame && fault.IsKnownToSession && known.IsKnownToSession,
        };
    }

    private static bool IsBefore(Detour through, Site earlier, Fault known) =>
        through != known.Through ? through < known.Through : earlier.Position < known.Earlier.Position;

    private static Items<Fault> InOrder(IEnumerable<Fault> faults) => [.. faults.OrderBy(static f => f.Read.Position)];
}
