namespace MonotonicReads.Sessions;

/// <summary>A session's UUID, which is drawn when it is first needed. A field of the session; safe for concurrent use.</summary>
internal struct SessionUuid
{
    private const int None = 0;
    private const int Drawing = 1;
    private const int Known = 2;

    private Guid _value;
    private int _state;

    /// <param name="given">What it is from the beginning; null for one that is drawn.</param>
    public SessionUuid(Guid? given) => (_value, _state) = (given.GetValueOrDefault(), given is null ? None : Known);

    /// <summary>The UUID; everyone gets the same.</summary>
    public Guid Value
    {
        get
        {
            if (Volatile.Read(ref _state) != Known)
            {
                Draw();
            }

            return _value;
        }
    }

    /// <summary>Whether it is this one; one that was not drawn yet is none.</summary>
    public bool Is(Guid id) => Volatile.Read(ref _state) == Known && _value == id;

    // Sixteen bytes are not written in one step: who comes second waits for the first, which calls nobody but the random generator.
    private void Draw()
    {
        if (Interlocked.CompareExchange(ref _state, Drawing, None) == None)
        {
            _value = RandomUuids.Next();
            Volatile.Write(ref _state, Known);
            return;
        }

        var wait = default(SpinWait);
        while (Volatile.Read(ref _state) != Known)
        {
            wait.SpinOnce();
        }
    }
}
