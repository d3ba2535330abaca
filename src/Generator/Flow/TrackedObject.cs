using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// What is known of one object that reads go through: a connection, command, transaction, text builder or scope.
/// Its identity is the operation that made it, or the parameter, field or property that holds it.
/// </summary>
internal sealed record TrackedObject
{
    public static readonly TrackedObject Default = new();

    /// <summary>A command's or builder's texts; empty where nothing is known.</summary>
    public Items<string> Texts { get; init; } = [];

    /// <summary>A command that calls the procedure that its text names.</summary>
    public bool IsProcedure { get; init; }

    /// <summary>A command whose transaction is certainly set.</summary>
    public bool InTransaction { get; init; }

    /// <summary>The transaction that was set on a command, certain or not.</summary>
    public object? Transaction { get; init; }

    /// <summary>The connection of a command or transaction.</summary>
    public object? Connection { get; init; }

    /// <summary>A connection that is certainly closed, so that each call opens it anew.</summary>
    public bool IsClosed { get; init; }

    /// <summary>A connection on which a transaction has certainly begun.</summary>
    public bool HasTransaction { get; init; }

    /// <summary>A connection that was opened outside the scope that is open now, so that it takes no part in it.</summary>
    public bool OpenedOutsideScope { get; init; }

    /// <summary>A connection, command or data source whose server is certainly the primary.</summary>
    public bool OnPrimary { get; init; }

    public bool IsTransaction { get; init; }

    public bool IsScope { get; init; }

    /// <summary>A sequence that waits for the next piece of work at each step, or what walks through one.</summary>
    public bool IsWork { get; init; }

    public static TrackedObject Join(TrackedObject a, TrackedObject b) =>
        ReferenceEquals(a, b)
            ? a
            : new TrackedObject
            {
                Texts = Value.JoinTexts(a.Texts, b.Texts),
                IsProcedure = a.IsProcedure && b.IsProcedure,
                InTransaction = a.InTransaction && b.InTransaction,
                Transaction = Equals(a.Transaction, b.Transaction) ? a.Transaction : null,
                Connection = Equals(a.Connection, b.Connection) ? a.Connection : null,
                IsClosed = a.IsClosed && b.IsClosed,
                HasTransaction = a.HasTransaction && b.HasTransaction,
                OpenedOutsideScope = a.OpenedOutsideScope || b.OpenedOutsideScope,
                OnPrimary = a.OnPrimary && b.OnPrimary,
                IsTransaction = a.IsTransaction && b.IsTransaction,
                IsScope = a.IsScope && b.IsScope,
                IsWork = a.IsWork && b.IsWork,
            };
}
