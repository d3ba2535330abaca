namespace MonotonicReads.Consistency.Checking;

/// <summary>
/// What a later read has to contain: the newest of what was seen, and where it lies on lines that parted, the newest of each.
/// Immutable, so that a read keeps the one that held when it began.
/// </summary>
internal sealed class Floor
{
    private readonly Required[] _required;

    private Floor(Required[] required) => _required = required;

    public static Floor Empty { get; } = new([]);

    /// <summary>With something more.</summary>
    public Floor With(StateTree tree, Position position, int entry)
    {
        foreach (var known in _required)
        {
            if (tree.Contains(known.Position, position) == true)
            {
                return this;
            }
        }

        return new([.. _required.Where(known => tree.Contains(position, known.Position) != true), new(position, entry)]);
    }

    public Floor With(StateTree tree, Floor other) =>
        other._required.Aggregate(this, (floor, required) => floor.With(tree, required.Position, required.Entry));

    /// <summary>The first thing that a state lacks; null where it lacks nothing that can be told.</summary>
    /// <param name="tree">The states.</param>
    /// <param name="state">The state.</param>
    /// <param name="unjudged">Counts what cannot be told.</param>
    public Required? MissingIn(StateTree tree, Position state, ref int unjudged)
    {
        foreach (var required in _required)
        {
            switch (tree.Contains(state, required.Position))
            {
                case false:
                    return required;
                case null:
                    unjudged++;
                    break;
            }
        }

        return null;
    }

    /// <summary>The first thing after which a key was not as it was read: its last write then is newer than the one that was read.</summary>
    public Required? MissingIn(StateTree tree, int key, Position read, ref int unjudged)
    {
        foreach (var required in _required)
        {
            if (tree.KeyTag(required.Position.Tag, key) is not { } last)
            {
                unjudged++;
                continue;
            }

            if (last == read.Tag || tree.IsAtRoot(key, last) && tree.IsKnown(read.Tag))
            {
                continue;
            }

            // What was the last write at the root is older than every other that is known.
            var contains = tree.IsAtRoot(key, read.Tag) && tree.IsKnown(last) ? false : tree.Contains(read, new(last, tree.NumberOf(last)));
            if (contains == false)
            {
                return required;
            }

            unjudged += contains is null ? 1 : 0;
        }

        return null;
    }
}

/// <summary>What has to be contained, and the entry that says why.</summary>
internal readonly record struct Required(Position Position, int Entry);
