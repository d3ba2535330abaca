using System.Transactions;

namespace MonotonicReads.Servers;

/// <summary>Keeps what is opened meanwhile out of the transaction of <c>System.Transactions</c> that runs, which drivers join by
/// themselves.</summary>
internal static class OutsideTransactions
{
    /// <returns>Ends it when it is disposed; null where no transaction runs.</returns>
    public static TransactionScope? Begin() =>
        Transaction.Current is null ? null : new TransactionScope(TransactionScopeOption.Suppress, TransactionScopeAsyncFlowOption.Enabled);
}
