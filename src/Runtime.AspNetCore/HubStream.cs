using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using MonotonicReads.Sessions;

namespace MonotonicReads.AspNetCore;

/// <summary>A hub method that streams returns before it has read: its session stays until the stream has ended.</summary>
internal abstract class HubStream
{
    // So that code that is compiled ahead of time has one.
    private static readonly HubStream OfObjects = new Of<object>();

    /// <summary>The kind of stream that a method returns.</summary>
    /// <returns>Null where it returns none, or one of a kind for which no code can be made at run time.</returns>
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "Value types are left out where no code can be made for them.")]
    [UnconditionalSuppressMessage("Trimming", "IL2055", Justification = "The type's argument is used as it is, without its members.")]
    [UnconditionalSuppressMessage("Trimming", "IL2065", Justification = "SignalR keeps the interfaces of what its methods return.")]
    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "SignalR keeps the interfaces of what its methods return.")]
    public static HubStream? For(Type returned)
    {
        var type =
            returned.IsGenericType
            && returned.GetGenericTypeDefinition() is var task
            && (task == typeof(Task<>) || task == typeof(ValueTask<>))
                ? returned.GenericTypeArguments[0]
                : returned;
        var item =
            ItemOf(type, typeof(IAsyncEnumerable<>))
            ?? type.GetInterfaces().Select(i => ItemOf(i, typeof(IAsyncEnumerable<>))).FirstOrDefault(i => i is not null);
        for (var of = type; item is null && of is not null; of = of.BaseType)
        {
            item = ItemOf(of, typeof(ChannelReader<>));
        }

        return item is null ? null
            : item == typeof(object) ? OfObjects
            : item.IsValueType && !RuntimeFeature.IsDynamicCodeSupported ? null
            : (HubStream)Activator.CreateInstance(typeof(Of<>).MakeGenericType(item))!;
    }

    /// <summary>The same stream, read in the session.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="session">The session.</param>
    /// <param name="unit">What the detector sees as one; ends with the stream.</param>
    /// <param name="end">Ends the session.</param>
    public object Follow(object stream, ReadSession session, SeriesUnit unit, Func<ValueTask> end) =>
        Follow(
            stream,
            () =>
            {
                unit.Enter();
                return AmbientSession.Enter(session).Joined;
            },
            async () =>
            {
                await end().ConfigureAwait(false);
                unit.Dispose();
            }
        );

    /// <summary>The same stream, read outside sessions.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="unit">What the detector sees as one; ends with the stream.</param>
    public abstract object FollowOutsideSessions(object stream, SeriesUnit unit);

    private protected abstract object Follow(object stream, Func<ReadSession> begin, Func<ValueTask> end);

    private static Type? ItemOf(Type type, Type definition) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == definition ? type.GenericTypeArguments[0] : null;

    private sealed class Of<T> : HubStream
    {
        private protected override object Follow(object stream, Func<ReadSession> begin, Func<ValueTask> end)
        {
            if (stream is IAsyncEnumerable<T> items)
            {
                return ReadAsync(items, begin, end);
            }

            // Who fills a channel does so in the flow that the method began it in.
            return new Reader((ChannelReader<T>)stream, end);
        }

        public override object FollowOutsideSessions(object stream, SeriesUnit unit) =>
            stream is IAsyncEnumerable<T> items
                ? ReadAsync(items, unit)
                : new Reader(
                    (ChannelReader<T>)stream,
                    () =>
                    {
                        unit.Dispose();
                        return default;
                    }
                );

        // Entered for each item: what one step makes ambient is gone in the next.
        private static async IAsyncEnumerable<T> ReadAsync(
            IAsyncEnumerable<T> items,
            SeriesUnit unit,
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            using (unit)
            {
                unit.Enter();
                AmbientSession.LeaveAll();
                var read = items.GetAsyncEnumerator(cancellationToken);
                await using (read.ConfigureAwait(false))
                {
                    while (await read.MoveNextAsync().ConfigureAwait(false))
                    {
                        yield return read.Current;
                        unit.Enter();
                        AmbientSession.LeaveAll();
                    }
                }
            }
        }

        /// <summary>The last read, or one that was given up, ends the session before it says so.</summary>
        private sealed class Reader(ChannelReader<T> inner, Func<ValueTask> end) : ChannelReader<T>
        {
            public override Task Completion => inner.Completion;

            public override bool CanCount => inner.CanCount;

            public override bool CanPeek => inner.CanPeek;

            public override int Count => inner.Count;

            public override bool TryPeek([MaybeNullWhen(false)] out T item) => inner.TryPeek(out item);

            public override bool TryRead([MaybeNullWhen(false)] out T item) => inner.TryRead(out item);

            public override async ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
            {
                var isMore = false;
                try
                {
                    return isMore = await inner.WaitToReadAsync(cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    if (!isMore)
                    {
                        await end().ConfigureAwait(false);
                    }
                }
            }
        }

        private static async IAsyncEnumerable<T> ReadAsync(
            IAsyncEnumerable<T> items,
            Func<ReadSession> begin,
            Func<ValueTask> end,
            [EnumeratorCancellation] CancellationToken cancellationToken = default
        )
        {
            try
            {
                var read = SessionSequence.ReadAsync(begin, () => items);
                await foreach (var item in read.WithCancellation(cancellationToken).ConfigureAwait(false))
                {
                    yield return item;
                }
            }
            finally
            {
                await end().ConfigureAwait(false);
            }
        }
    }
}
