namespace MonotonicReads.Detection;

/// <summary>What the detector follows on one connection. It asks the stack while the caller is still on it: when something is asked of the
/// connection, and not when it is known where that runs.</summary>
internal sealed class ConnectionWatch
{
    private readonly SeriesDetector _detector;
    private readonly object _flow;
    private object _opening = new();
    private CallingMethods? _atOpening;
    private CallingMethods? _now;
    private UnitReads? _unit;

    private ConnectionWatch(SeriesDetector detector) => (_detector, _flow) = (detector, SeriesFlow.Enter());

    /// <summary>A connection is created; in the caller's own flow, not in an asynchronous method of ours.</summary>
    /// <param name="detector">The detector; null where none is on.</param>
    public static ConnectionWatch? Of(SeriesDetector? detector) => detector is null ? null : new ConnectionWatch(detector);

    /// <summary>It is opened next.</summary>
    public void Opening()
    {
        _opening = new object();
        _atOpening = _detector.UnitOf(_flow) is null ? null : _detector.Callers();
    }

    /// <summary>A statement is sent next.</summary>
    public void Sending()
    {
        _unit = _detector.UnitOf(_flow);
        _now = _unit is null ? null : _detector.Callers().With(_atOpening);
    }

    /// <summary>It is known where the statement runs.</summary>
    /// <param name="server">The server's name.</param>
    /// <param name="isPrimary">Whether it is the primary.</param>
    /// <param name="session">The session; null outside one.</param>
    /// <param name="seesOwnWrites">Whether the session promises to show its own writes.</param>
    /// <param name="isRead">Whether it returns data.</param>
    /// <param name="writes">Whether it writes.</param>
    public void Sent(string server, bool isPrimary, object? session, bool seesOwnWrites, bool isRead, bool writes)
    {
        if (_unit is { } unit && _now is { } callers && (isRead || writes))
        {
            // What runs on the primary, a transaction or not, is one server's.
            var routing = session ?? (_detector.RoutesStatements && !isPrimary ? new object() : _opening);
            (_unit, _now) = (null, null);
            _detector.Add(unit, new SentStatement(callers, routing, server, isPrimary, session, seesOwnWrites, isRead, writes));
        }
    }
}
