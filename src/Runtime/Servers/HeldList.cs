namespace MonotonicReads.Servers;

/// <summary>Connections in the order in which they came. Not safe for concurrent use.</summary>
internal sealed class HeldList
{
    private HeldConnection? _last;

    public HeldConnection? First { get; private set; }

    public void Add(HeldConnection held)
    {
        held.List = this;
        held.Before = _last;
        if (_last is null)
        {
            First = held;
        }
        else
        {
            _last.After = held;
        }

        _last = held;
    }

    public void Remove(HeldConnection held)
    {
        if (held.Before is null)
        {
            First = held.After;
        }
        else
        {
            held.Before.After = held.After;
        }

        if (held.After is null)
        {
            _last = held.Before;
        }
        else
        {
            held.After.Before = held.Before;
        }

        held.Before = held.After = null;
        held.List = null;
    }
}
