using MonotonicReads.Consistency.History;

namespace MonotonicReads.Consistency.Checking;

/// <summary>A state, or the write that made it.</summary>
internal readonly record struct Position(long Tag, long Number);

/// <summary>
/// All states that the servers have had: each write made one out of its parent. One line as long as nothing is lost; a lossy
/// failover, or a write on a replica, begins a branch. A state contains another where that is it or before it on its line.
/// </summary>
internal sealed class StateTree
{
    private readonly Dictionary<long, Node> _nodes = [];
    private readonly Dictionary<long, Pending> _pending = [];
    private readonly List<Branch> _branches = [];
    private readonly long[] _rootKeyTags;

    /// <summary>A tree that begins with a state which all others contain.</summary>
    /// <param name="root">The first state's tag.</param>
    /// <param name="number">Its number.</param>
    /// <param name="keyTags">The last write of each key in it.</param>
    public StateTree(long root, long number, long[] keyTags)
    {
        _rootKeyTags = keyTags;
        (Root, RootNumber) = (root, number);
        _branches.Add(new(0, -1, 0));
        _nodes[root] = new(number, 0, keyTags);
    }

    public long Root { get; }

    public long RootNumber { get; }

    /// <summary>Takes note of a write; in any order, and any number of times.</summary>
    public void Add(Link link, int key)
    {
        if (!_nodes.ContainsKey(link.Tag) && (!_pending.TryGetValue(link.Tag, out var known) || known.Key < 0))
        {
            _pending[link.Tag] = new(link.Number, link.Parent, key);
        }
    }

    /// <summary>Gives each noted write its place. Those whose line to the first state has a gap stay outside.</summary>
    public void Resolve()
    {
        foreach (var (tag, pending) in _pending.OrderBy(p => p.Value.Number))
        {
            if (_nodes.TryGetValue(pending.Parent, out var parent) && parent.Number == pending.Number - 1)
            {
                Place(tag, pending, parent);
                _pending.Remove(tag);
            }
        }
    }

    public bool IsKnown(long tag) => _nodes.ContainsKey(tag);

    /// <summary>Whether a key's write was its last in the first state, which every state that is known contains.</summary>
    public bool IsAtRoot(int key, long tag) => _rootKeyTags[key] == tag;

    /// <summary>The tag of the last write of a key in a state; null where that is not known.</summary>
    public long? KeyTag(long state, int key) =>
        _nodes.TryGetValue(state, out var node) && node.KeyTags[key] is var tag && tag != 0 ? tag : null;

    /// <summary>Whether a state contains a write; null where its line is not known.</summary>
    /// <param name="state">The state.</param>
    /// <param name="write">The write, with its number where that is known, otherwise 0.</param>
    public bool? Contains(Position state, Position write)
    {
        if (state.Tag == write.Tag || write.Tag == Root && IsKnown(state.Tag))
        {
            return true;
        }

        if (!_nodes.TryGetValue(state.Tag, out var later))
        {
            // Older than the first state, which every other contains: then it has nothing newer.
            return state.Number < RootNumber && IsKnown(write.Tag) ? false : null;
        }

        // A state's line is known in full: what is nowhere in it is not in it, but for what is older than the first state.
        if (!_nodes.TryGetValue(write.Tag, out var earlier))
        {
            var number = write.Number != 0 ? write.Number : NumberOf(write.Tag);
            return number != 0 && number <= RootNumber ? null : false;
        }

        var (branch, limit) = (later.Branch, later.Number);
        while (branch > earlier.Branch)
        {
            (branch, limit) = (_branches[branch].From, Math.Min(limit, _branches[branch].At));
        }

        return branch == earlier.Branch && earlier.Number <= limit;
    }

    public long NumberOf(long tag) =>
        _nodes.TryGetValue(tag, out var node) ? node.Number
        : _pending.TryGetValue(tag, out var p) ? p.Number
        : 0;

    private void Place(long tag, Pending pending, Node parent)
    {
        var branch = parent.Branch;
        if (parent.HasChild)
        {
            branch = _branches.Count;
            _branches.Add(new(branch, parent.Branch, parent.Number));
        }

        parent.HasChild = true;
        var keyTags = parent.KeyTags;
        if (pending.Key >= 0)
        {
            keyTags = [.. keyTags];
            keyTags[pending.Key] = tag;
        }
        else
        {
            keyTags = new long[_rootKeyTags.Length]; // which key it wrote nobody knows
        }

        _nodes[tag] = new(pending.Number, branch, keyTags);
    }

    private sealed record Branch(int Id, int From, long At);

    private sealed record Pending(long Number, long Parent, int Key);

    private sealed class Node(long number, int branch, long[] keyTags)
    {
        public long Number => number;

        public int Branch => branch;

        public long[] KeyTags => keyTags;

        public bool HasChild { get; set; }
    }
}
