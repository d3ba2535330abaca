using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace MonotonicReads.Observability;

/// <summary>
/// Lets the first records of a kind through, and counts the others: a server that dies is lost by each session that reads there, and a
/// thousand records say no more than one with a number. Events and metrics have all of them.
/// </summary>
/// <param name="logger">Where the number is said.</param>
/// <param name="time">The clock.</param>
internal sealed class LogThrottle(ILogger logger, TimeProvider time) : IDisposable
{
    /// <summary>So many of a kind are let through in each window.</summary>
    public const int InFull = 5;

    /// <summary>After it the number of the others is said.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Kind, Count> _counts = new();

    /// <summary>Whether a record shall be written; if not it is counted.</summary>
    /// <param name="record">Which record, by its name.</param>
    /// <param name="server">The server that it is about.</param>
    /// <param name="reason">Why it is written.</param>
    /// <param name="level">Its level: what is worse is not hidden behind what is less bad.</param>
    public bool Lets(string record, string server, string reason, LogLevel level = LogLevel.Warning)
    {
        var kind = new Kind(record, server, reason, level);
        while (true)
        {
            var count = _counts.GetOrAdd(kind, static (_, now) => new Count(now), time.GetTimestamp());
            lock (count)
            {
                if (count.HasEnded)
                {
                    continue;
                }

                if (time.GetElapsedTime(count.Began) >= Window)
                {
                    End(kind, count);
                    continue;
                }

                if (++count.Seen <= InFull)
                {
                    return true;
                }

                count.Timer ??= Start(kind, count);
                return false;
            }
        }
    }

    /// <summary>Says what was counted until now.</summary>
    public void Dispose()
    {
        foreach (var (kind, count) in _counts)
        {
            lock (count)
            {
                End(kind, count);
            }
        }
    }

    // It would keep the session of whoever was first.
    private ITimer Start(Kind kind, Count count)
    {
        // Time went on since somebody looked whether the window had ended.
        var left = Window - time.GetElapsedTime(count.Began);
        using var flow = ExecutionContext.IsFlowSuppressed() ? default(AsyncFlowControl?) : ExecutionContext.SuppressFlow();
        return time.CreateTimer(
            _ =>
            {
                lock (count)
                {
                    End(kind, count);
                }
            },
            state: null,
            left > TimeSpan.Zero ? left : TimeSpan.Zero,
            Timeout.InfiniteTimeSpan
        );
    }

    private void End(Kind kind, Count count)
    {
        if (count.HasEnded)
        {
            return;
        }

        count.HasEnded = true;
        _counts.TryRemove(new KeyValuePair<Kind, Count>(kind, count));
        count.Timer?.Dispose();
        if (count.Seen > InFull)
        {
            var seconds = Math.Ceiling(time.GetElapsedTime(count.Began).TotalSeconds);
            var more = count.Seen - InFull;
            RoutingLog.AndMore(logger, kind.Level, kind.Record, kind.Server, kind.Reason, more, seconds);
        }
    }

    private readonly record struct Kind(string Record, string Server, string Reason, LogLevel Level);

    private sealed class Count(long began)
    {
        public long Began => began;

        public int Seen { get; set; }

        public bool HasEnded { get; set; }

        public ITimer? Timer { get; set; }
    }
}
