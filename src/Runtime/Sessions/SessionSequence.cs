using System.Collections;
using System.ComponentModel;

namespace MonotonicReads;

/// <summary>
/// Sequences that read while they are enumerated, kept in one session throughout. Generated wrappers call this; code
/// written by hand has no need to.
/// </summary>
/// <remarks>
/// What a method sets ambient is gone for its caller, and in an iterator after the first yield. So every step of the
/// sequence runs in the flow in which the session was begun. Other ambient values (an activity, a culture) are for the
/// sequence those of that moment, too.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class SessionSequence
{
    /// <summary>Each enumeration begins a session, makes the call, and holds the session in every step until it is disposed.</summary>
    /// <typeparam name="T">The item.</typeparam>
    /// <param name="begin">Begins the session.</param>
    /// <param name="call">Makes the sequence; called once for each enumeration.</param>
    /// <returns>A sequence that does nothing before it is enumerated.</returns>
    public static IAsyncEnumerable<T> ReadAsync<T>(Func<ReadSession> begin, Func<IAsyncEnumerable<T>> call) =>
        new AsyncSequence<T>(begin, call);

    /// <summary>
    /// Makes the call in a session at once. A collection (<see cref="ICollection{T}"/>) or null is returned as it is and
    /// the session ends; any other sequence stays in the session until its first enumeration is disposed. A later
    /// enumeration begins a session of its own.
    /// </summary>
    /// <typeparam name="T">The item.</typeparam>
    /// <param name="begin">Begins the session.</param>
    /// <param name="call">Makes the sequence; called once.</param>
    /// <returns>What the call returned, followed where it is enumerated lazily.</returns>
    public static IEnumerable<T> Read<T>(Func<ReadSession> begin, Func<IEnumerable<T>> call) =>
        Follow(begin, call, static (begin, items, flow) => items is ICollection<T> ? null : new Sequence<T>(begin, items, flow));

    /// <summary>As <see cref="Read{T}"/>, for a sequence whose items have no type; a collection is an <see cref="ICollection"/>
    /// there.</summary>
    /// <param name="begin">Begins the session.</param>
    /// <param name="call">Makes the sequence; called once.</param>
    /// <returns>What the call returned, followed where it is enumerated lazily.</returns>
    public static IEnumerable Read(Func<ReadSession> begin, Func<IEnumerable> call) =>
        Follow(begin, call, static (begin, items, flow) => items is ICollection ? null : new Sequence(begin, items, flow));

    /// <summary>Makes the call in a session at once, and holds the session in every step until the enumerator is disposed.</summary>
    /// <typeparam name="T">The item.</typeparam>
    /// <param name="begin">Begins the session.</param>
    /// <param name="call">Makes the enumerator; called once.</param>
    /// <returns>An enumerator whose disposal ends the session; null where the call returned null.</returns>
    public static IAsyncEnumerator<T> EnumerateAsync<T>(Func<ReadSession> begin, Func<IAsyncEnumerator<T>> call) =>
        Follow(begin, call, static (_, inner, flow) => new AsyncEnumerator<T>(flow, inner));

    /// <summary>Makes the call in a session at once, and holds the session in every step until the enumerator is disposed.</summary>
    /// <typeparam name="T">The item.</typeparam>
    /// <param name="begin">Begins the session.</param>
    /// <param name="call">Makes the enumerator; called once.</param>
    /// <returns>An enumerator whose disposal ends the session; null where the call returned null.</returns>
    public static IEnumerator<T> Enumerate<T>(Func<ReadSession> begin, Func<IEnumerator<T>> call) =>
        Follow(begin, call, static (_, inner, flow) => new Enumerator<T>(flow, inner));

    /// <summary>As <see cref="Enumerate{T}"/>, for items that have no type; <see cref="IDisposable"/> is what ends the session there
    /// too.</summary>
    /// <param name="begin">Begins the session.</param>
    /// <param name="call">Makes the enumerator; called once.</param>
    /// <returns>An enumerator whose disposal ends the session; null where the call returned null.</returns>
    public static IEnumerator Enumerate(Func<ReadSession> begin, Func<IEnumerator> call) =>
        Follow(begin, call, static (_, inner, flow) => new Enumerator(flow, inner));

    /// <summary>
    /// Makes the call in a session, which ends at once where the call returned null, or something of which <paramref name="follow"/>
    /// says, by answering null, that it is complete.
    /// </summary>
    private static TResult Follow<TResult>(
        Func<ReadSession> begin,
        Func<TResult> call,
        Func<Func<ReadSession>, TResult, SessionFlow, TResult?> follow
    )
        where TResult : class
    {
        var flow = SessionFlow.Begin(begin);
        TResult? followed = null;
        try
        {
            var result = flow.Run(static c => c(), call);
            followed = result is null ? null : follow(begin, result, flow);
            return followed ?? result!;
        }
        finally
        {
            if (followed is null)
            {
                flow.Dispose();
            }
        }
    }

    private sealed class AsyncSequence<T>(Func<ReadSession> begin, Func<IAsyncEnumerable<T>> call) : IAsyncEnumerable<T>
    {
        public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
            EnumerateAsync(begin, () => call().GetAsyncEnumerator(cancellationToken));
    }

    private sealed class AsyncEnumerator<T>(SessionFlow flow, IAsyncEnumerator<T> inner) : IAsyncEnumerator<T>
    {
        public T Current => inner.Current;

        public ValueTask<bool> MoveNextAsync() => flow.Run(static i => i.MoveNextAsync(), inner);

        public async ValueTask DisposeAsync()
        {
            try
            {
                await flow.Run(static i => i.DisposeAsync(), inner).ConfigureAwait(false);
            }
            finally
            {
                flow.Dispose();
            }
        }
    }

    private class Sequence(Func<ReadSession> begin, IEnumerable items, SessionFlow first) : IEnumerable
    {
        private SessionFlow? _first = first;

        IEnumerator IEnumerable.GetEnumerator() => Next(items, static (flow, items) => new Enumerator(flow, items.GetEnumerator()));

        // The first enumeration goes on in the session of the call.
        protected TEnumerator Next<TItems, TEnumerator>(TItems items, Func<SessionFlow, TItems, TEnumerator> start)
        {
            var flow = Interlocked.Exchange(ref _first, null) ?? SessionFlow.Begin(begin);
            try
            {
                return flow.Run(state => start(flow, state), items);
            }
            catch
            {
                flow.Dispose();
                throw;
            }
        }
    }

    private sealed class Sequence<T>(Func<ReadSession> begin, IEnumerable<T> items, SessionFlow first)
        : Sequence(begin, items, first),
            IEnumerable<T>
    {
        public IEnumerator<T> GetEnumerator() => Next(items, static (flow, items) => new Enumerator<T>(flow, items.GetEnumerator()));
    }

    private class Enumerator(SessionFlow flow, IEnumerator inner) : IEnumerator, IDisposable
    {
        object? IEnumerator.Current => inner.Current;

        public bool MoveNext() => flow.Run(static i => i.MoveNext(), inner);

        public void Reset() =>
            flow.Run(
                static i =>
                {
                    i.Reset();
                    return true;
                },
                inner
            );

        public void Dispose()
        {
            try
            {
                flow.Run(
                    static i =>
                    {
                        (i as IDisposable)?.Dispose();
                        return true;
                    },
                    inner
                );
            }
            finally
            {
                flow.Dispose();
            }
        }
    }

    private sealed class Enumerator<T>(SessionFlow flow, IEnumerator<T> inner) : Enumerator(flow, inner), IEnumerator<T>
    {
        public T Current => inner.Current;
    }

    /// <summary>A session together with the flow in which it is current.</summary>
    private sealed class SessionFlow : IDisposable
    {
        private readonly ReadSession _session;
        private readonly ExecutionContext _context;

        private SessionFlow(ReadSession session, ExecutionContext context)
        {
            _session = session;
            _context = context;
        }

        public static SessionFlow Begin(Func<ReadSession> begin)
        {
            SessionFlow? flow = null;
            ExecutionContext.Run(Capture(), _ => flow = new SessionFlow(begin(), Capture()), null);
            return flow!;
        }

        public TResult Run<TState, TResult>(Func<TState, TResult> step, TState state)
        {
            var result = default(TResult);
            ExecutionContext.Run(_context, _ => result = step(state), null);
            return result!;
        }

        public void Dispose() => ExecutionContext.Run(_context, static session => ((ReadSession)session!).Dispose(), _session);

        // Where a caller suppressed the flow there is nothing to capture, but a session needs one all the same.
        private static ExecutionContext Capture()
        {
            if (ExecutionContext.Capture() is { } context)
            {
                return context;
            }

            ExecutionContext.RestoreFlow();
            try
            {
                return ExecutionContext.Capture()!;
            }
            finally
            {
                ExecutionContext.SuppressFlow();
            }
        }
    }
}
