using System.Transactions;

namespace MonotonicReads.Servers;

/// <summary>Keeps what is opened meanwhile out of the transaction of <c>System.Transactions</c> that runs, which drivers join by
/// themselves.</summary>
internal static class OutsideTransactions
{
    /// <returns>Ends it when it is disposed; null where no transaction runs.</returns>
    public static TransactionScope? Begin() =>
        IsInside() ? new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled) : null;

    private static bool IsInside()
    {
        try
        {
            return Transaction.Current is not null;
        }
        catch (InvalidOperationException)
        {
            // In a scope that is completed and not disposed yet, nobody may ask for it.
            return true;
        }
    }
}
