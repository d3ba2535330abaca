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

    public void Add(Access read, IEnumerable<Access> earlier)
    {
        foreach (var access in earlier)
        {
            if (access.SharesServerWith(read.Unit))
            {
                continue;
            }

            var through = access.Through > read.Through ? access.Through : read.Through;
            var faults = through == Detour.None ? _plain ??= [] : _through ??= [];
            if (!faults.TryGetValue(read.Site, out var known) || IsBefore(through, access.Site, known))
            {
                faults[read.Site] = new Fault(read.Site, access.Site, through);
            }
        }
    }

    private static bool IsBefore(Detour through, Site earlier, Fault known) =>
        through != known.Through ? through < known.Through : earlier.Position < known.Earlier.Position;

    private static Items<Fault> InOrder(IEnumerable<Fault> faults) => [.. faults.OrderBy(static f => f.Read.Position)];
}
