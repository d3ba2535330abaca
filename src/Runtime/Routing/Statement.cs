using MonotonicReads.Sql;

namespace MonotonicReads.Routing;

/// <summary>What routing has to know of a statement.</summary>
/// <param name="IsPlainRead">Whether it is provably a plain read.</param>
/// <param name="ReturnsData">Whether what it returns can tell the session something.</param>
/// <param name="BeginsTransaction">Whether later reads see the state of this moment.</param>
internal readonly record struct Statement(bool IsPlainRead, bool ReturnsData, bool BeginsTransaction = false)
{
    /// <summary>Begins the read-only transaction of a snapshot.</summary>
    public static Statement Snapshot { get; } = new(IsPlainRead: true, ReturnsData: false, BeginsTransaction: true);

    /// <summary>Begins a transaction that may write.</summary>
    public static Statement Transaction { get; } = new(IsPlainRead: false, ReturnsData: false, BeginsTransaction: true);

    /// <summary>Whether it runs where the connection is, and nothing of ours before it: it asks what the statement before it left there,
    /// and nothing else.</summary>
    public bool StaysHere { get; init; }

    /// <summary>Whether it also asks that: it may run where the connection is, and nowhere else.</summary>
    public bool MayNotMove { get; init; }

    /// <summary>What it sets of its session; null for nothing.</summary>
    public SessionSettings? Settings { get; init; }

    /// <summary>Whether it is known to change data.</summary>
    public bool Writes { get; init; }

    /// <summary>Why it runs on the primary, where its writer may not expect it.</summary>
    public PrimaryCause Cause { get; init; }

    public bool BeginsSnapshot => IsPlainRead && BeginsTransaction;
}
