using System.Transactions;
using MonotonicReads.Observability;
using MonotonicReads.Sessions;

namespace MonotonicReads.Routing;

/// <summary>
/// What sessions wrote on a connection within a transaction of <c>System.Transactions</c>. It commits when the connection may long be
/// closed, and what it wrote then is not known to the sessions: they learn that there is something.
/// </summary>
internal sealed class TransactionWrites
{
    private readonly Transaction _transaction;
    private readonly List<SessionPin> _pins = [];
    private volatile bool _hasEnded;

    private readonly RoutingReports _reports;

    private TransactionWrites(Transaction transaction, RoutingReports reports) => (_transaction, _reports) = (transaction, reports);

    /// <summary>The connection is in this transaction from now on.</summary>
    /// <param name="transaction">One that has not been disposed.</param>
    /// <param name="reports">Told of what commits when nobody carries it any more.</param>
    public static TransactionWrites In(Transaction transaction, RoutingReports reports)
    {
        var writes = new TransactionWrites(transaction, reports);
        transaction.TransactionCompleted += (_, _) => writes.End();
        return writes;
    }

    public bool IsOpen => !_hasEnded;

    public bool AreIn(Transaction transaction) => _transaction == transaction;

    /// <summary>A session writes, or sees what it must see again.</summary>
    /// <returns>Whether that is in the transaction, which has not ended.</returns>
    public bool TryAdd(SessionPin pin)
    {
        lock (_pins)
        {
            if (!_hasEnded && !_pins.Contains(pin))
            {
                _pins.Add(pin);
            }

            return !_hasEnded;
        }
    }

    // Rolled back, too: then there is nothing, and a question is asked for it.
    private void End()
    {
        lock (_pins)
        {
            _hasEnded = true;
        }

        foreach (var pin in _pins)
        {
            pin.MarkWritten();
            pin.Session.CarriedIfAny?.NoteNews();
            if (pin.Session.TryNoteLateUse())
            {
                _reports.LateUse(pin.Session.Id);
            }
        }
    }
}
