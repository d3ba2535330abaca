namespace MonotonicReads.Detection;

/// <summary>What the detector follows on one connection. It asks the stack while the caller is still on it: when something is asked of the
/// connection, and not when it is known where that runs. Nothing of it throws: see <see cref="SeriesDetector.Fail"/>.</summary>
internal sealed class ConnectionWatch
{
    private readonly SeriesDetector _detector;
    private SeriesFlow _flow;
    private object _opening = new();
    private CallingMethods? _atOpening;
    private CallingMethods? _now;
    private UnitReads? _unit;
    private bool _isCut;
    private bool _isInsideAccepted;
    private SentStatement? _sent;
    private object? _transaction;
    private UnitReads? _wroteIn;

    private ConnectionWatch(SeriesDetector detector)
    {
        _detector = detector;
        _flow = SeriesFlow.Enter(detector.Time);
        if (detector.UnitOf(_flow) is not null && detector.CallersHere().WhatLasts() is { } lasting)
        {
            SeriesFlow.Callers = lasting;
        }
    }

    /// <summary>Whether a statement of a unit that is watched is on its way.</summary>
    public bool IsSending => _unit is not null;

    /// <summary>A connection is created; in the caller's own flow, not in an asynchronous method of ours.</summary>
    /// <param name="detector">The detector; null where none is on.</param>
    public static ConnectionWatch? Of(SeriesDetector? detector)
    {
        if (detector is null or { IsOff: true })
        {
            return null;
        }

        try
        {
            return new ConnectionWatch(detector);
        }
        catch (Exception exception)
        {
            detector.Fail(exception);
            return null;
        }
    }

    /// <summary>It is opened next.</summary>
    public void Opening()
    {
        try
        {
            _opening = new object();
            _atOpening = null;
            if (_flow.IsIdle)
            {
                // Who has it now, of a pool, need not be who created it.
                _flow = SeriesFlow.Enter(_detector.Time);
            }

            _atOpening = _detector.UnitOf(_flow) is null ? null : _detector.CallersHere();
        }
        catch (Exception exception)
        {
            _detector.Fail(exception);
        }
    }

    /// <summary>A statement is sent next.</summary>
    public void Sending()
    {
        (_unit, _now, _sent) = (null, null, null);
        try
        {
            if (_detector.UnitOf(_flow) is { } unit)
            {
                // Who opened the connection has sent the first statement; the next may be another's that has it too.
                var callers = _detector.CallersHere().With(_atOpening);
                (_unit, _now, _isCut, _atOpening) = (unit, _detector.Known(callers), callers.IsCut, null);
                _isInsideAccepted = callers.DeclaresBeyond == "Eventual";
            }
        }
        catch (Exception exception)
        {
            _detector.Fail(exception);
        }
    }

    /// <summary>It is known where the statement runs; again where it turned out to run elsewhere.</summary>
    /// <param name="server">The server's name.</param>
    /// <param name="isPrimary">Whether it is the primary.</param>
    /// <param name="session">The session; null outside one.</param>
    /// <param name="isRead">Whether it returns data.</param>
    /// <param name="writes">Whether it writes.</param>
    public void Sent(string server, bool isPrimary, WatchedSession? session, bool isRead, bool writes)
    {
        if (_unit is not null && _now is { } callers && (isRead || writes))
        {
            // What runs on the primary, a transaction or not, is one server's.
            var routing = session?.Root ?? (_detector.RoutesStatements && !isPrimary ? new object() : _opening);
            _sent = new SentStatement(callers, routing, server, isPrimary, session?.Root, session?.SeesOwnWrites == true, isRead, writes)
            {
                Transaction = _transaction,
                IsCut = _isCut,
                IsInsideAccepted = _isInsideAccepted || SeriesUnit.Current is { IsAccepted: true },
                Within = session,
            };
        }
    }

    /// <summary>The statement has run. One that failed has shown nothing and written nothing.</summary>
    public void Ran()
    {
        try
        {
            _flow.Touch();
            if (_unit is { } unit && _sent is { } sent)
            {
                _detector.Add(unit, sent);
                _wroteIn = sent is { Writes: true, Transaction: not null } ? unit : _wroteIn;
            }
        }
        catch (Exception exception)
        {
            _detector.Fail(exception);
        }
        finally
        {
            (_unit, _now, _sent) = (null, null, null);
        }
    }

    /// <summary>A transaction has begun on it.</summary>
    /// <returns>What tells it from another one.</returns>
    public object Begun()
    {
        _wroteIn = null;
        return _transaction = new object();
    }

    /// <summary>A transaction is committed, or may be.</summary>
    /// <param name="transaction">As it was begun.</param>
    public void Committed(object? transaction)
    {
        if (ReferenceEquals(_transaction, transaction))
        {
            (_transaction, _wroteIn) = (null, null);
        }
    }

    /// <summary>A transaction has ended, and nothing was said of it before.</summary>
    /// <param name="transaction">As it was begun.</param>
    public void RolledBack(object? transaction)
    {
        if (transaction is not null && ReferenceEquals(_transaction, transaction))
        {
            _wroteIn?.Forget(transaction);
            (_transaction, _wroteIn) = (null, null);
        }
    }
}

/// <summary>What the detector has to know of the session that a statement runs in.</summary>
/// <param name="Root">The session itself, whichever handle is current.</param>
/// <param name="Id">Its UUID.</param>
/// <param name="Resumes">The session that it goes on with, from a token; null for none.</param>
/// <param name="SeesOwnWrites">Whether its level promises to show its own writes.</param>
/// <param name="SeesAllWrites">Whether its level promises to show everybody's.</param>
internal sealed record WatchedSession(object Root, Guid Id, Guid? Resumes, bool SeesOwnWrites, bool SeesAllWrites);
