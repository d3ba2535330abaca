using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Routing;

/// <summary>Who listens and throws breaks neither what it is told of nor who else listens.</summary>
public class ListenerTests
{
    [Fact]
    public async Task A_logger_that_throws_breaks_no_read_and_keeps_no_connection()
    {
        using var logger = new ThrowingLogger();
        using var set = new SqliteReplicaSet(builder => builder.UseLoggerFactory(logger));
        await LoseAndReadAsync(set);
        Assert.NotEqual(0, logger.Told);
        Assert.NotEmpty(set.Events);
    }

    [Fact]
    public async Task A_handler_that_throws_is_logged_and_the_others_are_told()
    {
        using var set = new SqliteReplicaSet();
        var told = 0;
        set.Source.SessionEvent += (_, _) => throw new InvalidDataException("a handler");
        set.Source.SessionEvent += (_, _) => told++;
        await LoseAndReadAsync(set);
        Assert.Equal(set.Events.Count, told);
        Assert.NotEqual(0, told);
        Assert.Equal(told, set.Log.Records.Count(record => record.Id.Id == 20));
    }

    [Fact]
    public async Task A_metrics_listener_that_throws_breaks_no_read()
    {
        using var set = new SqliteReplicaSet();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, all) =>
        {
            if (instrument.Meter.Name == "MonotonicReads")
            {
                all.EnableMeasurementEvents(instrument);
            }
        };
        var told = 0;
        var mine = new AsyncLocal<bool> { Value = true };
        listener.SetMeasurementEventCallback<long>(
            (_, _, _, _) =>
            {
                if (mine.Value)
                {
                    told++;
                    throw new InvalidDataException("a listener");
                }
            }
        );
        listener.Start();
        await LoseAndReadAsync(set);
        Assert.NotEqual(0, told);
    }

    private static async Task LoseAndReadAsync(SqliteReplicaSet set)
    {
        foreach (var name in set.ReplicaNames)
        {
            set.Server(name).DataSource.Refuse();
        }

        Assert.Equal("primary", await set.AskAsync());
        using (ReadSession.Begin(ReadConsistency.Monotonic))
        {
            Assert.Equal("primary", set.Ask());
        }

        ReadSession session;
        using (session = ReadSession.Begin(ReadConsistency.Monotonic, new ReadSessionOptions { OnReplicaLoss = ReplicaLoss.Redraw }))
        {
            foreach (var name in set.ReplicaNames)
            {
                set.Server(name).DataSource.Refusal = null;
            }

            set.Time.Advance(ReplicatedDataSource.UnavailableFor);
            var replica = set.Ask();
            set.Server(replica).DataSource.Refuse();
            Assert.NotEqual(replica, set.Ask());
        }
    }

    private sealed class ThrowingLogger : ILoggerFactory, ILogger
    {
        public int Told { get; private set; }

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => throw new InvalidDataException("a logger");

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            Told++;
            throw new InvalidDataException("a logger");
        }

        public void Dispose() { }
    }
}
