namespace MonotonicReads.Routing;

/// <summary>Who uses a connection now: nobody, one caller, or one caller whose connection was closed meanwhile.</summary>
internal struct ConnectionUse
{
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Closing = 2;

    private int _state;

    /// <summary>Whether it is closed for the caller, and will be when its use has ended.</summary>
    public bool IsClosing => Volatile.Read(ref _state) == Closing;

    /// <summary>Begins a use.</summary>
    /// <param name="isOpen">Whether there is anything to use.</param>
    /// <returns>False where another one has not ended.</returns>
    public bool TryBegin(bool isOpen = true) => isOpen && Interlocked.CompareExchange(ref _state, Busy, Idle) == Idle;

    /// <summary>Ends it.</summary>
    /// <returns>False where the connection was closed meanwhile: who used it closes it, and says so by <see cref="EndClosing"/>.</returns>
    public bool TryEnd() => Interlocked.CompareExchange(ref _state, Idle, Busy) != Closing;

    /// <summary>Begins the closing, which is a use too.</summary>
    /// <returns>False where another use has not ended, which closes it then.</returns>
    public bool TryClose()
    {
        while (true)
        {
            if (TryBegin())
            {
                return true;
            }

            if (Interlocked.CompareExchange(ref _state, Closing, Busy) != Idle)
            {
                return false;
            }
        }
    }

    /// <summary>It is closed.</summary>
    public void EndClosing() => Volatile.Write(ref _state, Idle);
}
