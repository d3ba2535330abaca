using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Checking;

/// <summary>All writes that were found on servers, before those were healed.</summary>
internal sealed class WriteLedger
{
    private readonly Lock _lock = new();
    private readonly Dictionary<(long Tag, long Number), (long Parent, int Item)> _links = [];
    private readonly HashSet<string> _twice = [];

    /// <summary>What one server has.</summary>
    public void Add(string server, IEnumerable<(Link Link, int Item)> writes)
    {
        lock (_lock)
        {
            var seen = new HashSet<long>();
            foreach (var (link, item) in writes)
            {
                if (!seen.Add(link.Tag))
                {
                    _twice.Add($"write {link.Tag} is on {server} twice");
                }

                _links[(link.Tag, link.Number)] = (link.Parent, item);
            }
        }
    }

    /// <summary>Puts the writes into a tree, and says which were executed twice: on one server, or on lines that parted.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="floor">The number up to which all was told before.</param>
    public IReadOnlyList<string> Tell(StateTree tree, long floor)
    {
        lock (_lock)
        {
            foreach (var old in _links.Keys.Where(write => write.Number <= floor).ToList())
            {
                _links.Remove(old);
            }

            foreach (var (write, link) in _links)
            {
                tree.Add(new Link(write.Number, write.Tag, link.Parent), link.Item);
            }

            string[] twice =
            [
                .. _twice,
                .. _links
                    .Keys.GroupBy(write => write.Tag)
                    .Where(same => same.Count() > 1)
                    .Select(same => $"write {same.Key} has the numbers {string.Join(", ", same.Select(write => write.Number).Order())}"),
            ];
            _twice.Clear();
            return twice;
        }
    }
}
