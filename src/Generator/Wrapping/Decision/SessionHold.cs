namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>How long the session has to be held for a member's result to be complete.</summary>
internal enum SessionHold
{
    /// <summary>Until the call returns.</summary>
    Call,

    /// <summary>Until the returned task has ended.</summary>
    Task,

    /// <summary>In every MoveNextAsync of the returned sequence, and in its DisposeAsync.</summary>
    AsyncSequence,

    /// <summary>In every MoveNext of the returned sequence, and in its Dispose, unless it is a collection already.</summary>
    Sequence,

    /// <summary>As <see cref="AsyncSequence"/>, for an enumerator that the member returns itself.</summary>
    AsyncEnumerator,

    /// <summary>As <see cref="Sequence"/>, for an enumerator that the member returns itself.</summary>
    Enumerator,
}
