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
    public static IEnumerable<T> Read<T>(Func<ReadSession> begin, Func<IEnumerable<T>> call)
    {
        var flow = SessionFlow.Begin(begin);
        try
        {
            var items = flow.Run(static c => c(), call);
            if (items is not (null or ICollection<T>))
            {
                var sequence = new Sequence<T>(begin, items, flow);
                flow = null;
                return sequence;
            }

            return items!;
        }
        finally
        {
            flow?.Dispose();
        }
    }

    private sealed class AsyncSequence<T>(Func<ReadSession> begin, Func<IAsyncEnumerable<T>> call) : IAsyncEnumerable<T>
    {
        public IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            var flow = SessionFlow.Begin(begin);
            try
            {
                return new AsyncEnumerator<T>(flow, flow.Run(static start => start.call().GetAsyncEnumerator(start.cancellationToken), (call, cancellationToken)));
            }
            catch
            {
                flow.Dispose();
                throw;
            }
        }
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

    private sealed class Sequence<T>(Func<ReadSession> begin, IEnumerable<T> items, SessionFlow first) : IEnumerable<T>
    {
        private SessionFlow? _first = first;

        public IEnumerator<T> GetEnumerator()
        {
            var flow = Interlocked.Exchange(ref _first, null) ?? SessionFlow.Begin(begin);
            try
            {
                return new Enumerator<T>(flow, flow.Run(static i => i.GetEnumerator(), items));
            }
            catch
            {
                flow.Dispose();
                throw;
            }
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }

    private sealed class Enumerator<T>(SessionFlow flow, IEnumerator<T> inner) : IEnumerator<T>
    {
        public T Current => inner.Current;

        object? IEnumerator.Current => inner.Current;

        public bool MoveNext() => flow.Run(static i => i.MoveNext(), inner);

        public void Reset() => flow.Run(static i => { i.Reset(); return true; }, inner);

        public void Dispose()
        {
            try
            {
                flow.Run(static i => { i.Dispose(); return true; }, inner);
            }
            finally
            {
                flow.Dispose();
            }
        }
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
