using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging.Abstractions;
using MonotonicReads.Choosing;
using MonotonicReads.Monitoring;
using MonotonicReads.Observability;
using MonotonicReads.Servers;

namespace MonotonicReads.Runtime.Tests.Monitoring;

public class LookPaceTests
{
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(2);

    [Fact]
    public void One_instance_looks_by_its_interval_from_the_first_look_on()
    {
        var pace = Pace(new MonitorOptions(), 0, 0.5, 1, 0.25);
        Assert.Equal([1.6, 2, 2.4, 1.8], Seconds(pace, 4), Near);
    }

    [Theory]
    [InlineData(200, 100)]
    [InlineData(1, 0.5)]
    [InlineData(100_000, double.PositiveInfinity)]
    public void So_many_as_stay_within_the_bound_look_by_their_interval(int instances, double most)
    {
        var pace = Pace(new MonitorOptions { Instances = instances, MaxLooksPerSecond = most }, 0, 0.5, 1);
        Assert.Equal([1.6, 2, 2.4], Seconds(pace, 3), Near);
    }

    [Theory]
    [InlineData(201, 100, 2.01)]
    [InlineData(400, 50, 8)]
    [InlineData(1, 0.1, 10)]
    public void More_of_them_wait_until_all_together_stay_within_the_bound(int instances, double most, double seconds)
    {
        var options = new MonitorOptions { Instances = instances, MaxLooksPerSecond = most };

        // The first wait is a place in the interval, from its begin to its end; then each is the interval with its jitter.
        Assert.Equal([0, 0.8 * seconds, seconds, 1.2 * seconds], Seconds(Pace(options, 0, 0, 0.5, 1), 4), Near);
        Assert.Equal([seconds, 0.8 * seconds], Seconds(Pace(options, 1, 0), 2), Near);
    }

    [Fact]
    public void A_longer_interval_stays_as_it_is()
    {
        var options = new MonitorOptions
        {
            Interval = TimeSpan.FromSeconds(30),
            Instances = 400,
            MaxLooksPerSecond = 50,
        };
        Assert.Equal([24, 30, 36], Seconds(Pace(options, 0, 0.5, 1), 3), Near);
    }

    [Fact]
    public void Without_jitter_instances_that_began_together_have_places_of_their_own_still()
    {
        var options = new MonitorOptions
        {
            Jitter = 0,
            Instances = 400,
            MaxLooksPerSecond = 50,
        };
        Assert.Equal([2, 8, 8], Seconds(Pace(options, 0.25, 0.9, 0.1), 3), Near);
        Assert.Equal([6, 8, 8], Seconds(Pace(options, 0.75, 0.9, 0.1), 3), Near);
    }

    [Fact]
    public void All_together_stay_within_the_bound_at_every_number_of_instances()
    {
        foreach (var instances in new[] { 1, 10, 199, 200, 201, 1_000, 10_000 })
        {
            var options = new MonitorOptions { Instances = instances };
            var random = new Random(7);
            var pace = new LookPace(options, random.NextDouble);
            pace.Next();
            var mean = Seconds(pace, 10_000).Average();
            var (least, bound) = (Math.Max(Usual.TotalSeconds, instances / 100.0), 100.0);
            Assert.InRange(mean, least * 0.99, least * 1.01);
            Assert.InRange(instances / mean, 0, bound * 1.01);
        }
    }

    [Fact]
    public void What_is_longer_than_timers_count_is_as_long_as_they_do()
    {
        var options = new MonitorOptions { Instances = int.MaxValue, MaxLooksPerSecond = double.Epsilon };
        options.Check();
        Assert.Equal(TimeSpan.FromDays(24).TotalSeconds, Seconds(Pace(options, 1, 1), 2).Distinct().Single());
    }

    /// <summary>An endless interval has a place at its begin too, and a jitter that takes all of it away.</summary>
    [Fact]
    public void Chance_makes_no_wait_of_an_endless_interval_that_is_no_number()
    {
        var options = new MonitorOptions
        {
            Jitter = 1,
            Instances = int.MaxValue,
            MaxLooksPerSecond = double.Epsilon,
        };
        Assert.Equal([0, 0], Seconds(Pace(options, 0, 0), 2));
    }

    [Theory]
    [InlineData(0, 100, "Instances")]
    [InlineData(-1, 100, "Instances")]
    [InlineData(1, 0, "MaxLooksPerSecond")]
    [InlineData(1, -1, "MaxLooksPerSecond")]
    [InlineData(1, double.NaN, "MaxLooksPerSecond")]
    public void What_is_no_number_of_instances_or_looks_is_refused(int instances, double most, string name)
    {
        var options = new MonitorOptions { Instances = instances, MaxLooksPerSecond = most };
        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(options.Check).ParamName);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReplicatedMySqlDataSourceBuilder().UseMonitor(options));
    }

    /// <summary>The monitor itself waits so long between two looks at a server.</summary>
    [Theory]
    [InlineData(1, 2, 2)]
    [InlineData(1_000, 0, 10)]
    public async Task The_monitor_waits_as_the_pace_says(int instances, double leastAtFirst, double seconds)
    {
        var time = new WaitingTime();
        var primary = new RoutedServer("primary", new ConnectionPool(new RefusingDriver()), isPrimary: true);
        var monitor = new ServerMonitor(
            "shop",
            primary,
            new ReplicaTable([]),
            new RoutingReports(NullLogger.Instance, static _ => { }, "shop", time),
            divergence: null,
            new ReplicaProgress(primary, time),
            new StateAge(primary, time),
            time,
            new MonitorOptions { Timeout = TimeSpan.FromDays(1), Instances = instances }
        );
        var waits = new List<double>();
        while (waits.Count < 6)
        {
            waits.Add((await time.NextWaitAsync().WaitAsync(TimeSpan.FromMinutes(1))).TotalSeconds);
        }

        monitor.Stop();
        Assert.InRange(waits[0], 0.8 * leastAtFirst, 1.2 * seconds);
        Assert.All(waits.Skip(1), wait => Assert.InRange(wait, 0.8 * seconds, 1.2 * seconds));
        Assert.True(waits.Distinct().Count() > 1, "Each wait has a jitter of its own.");
    }

    private static LookPace Pace(MonitorOptions options, params double[] chances)
    {
        var drawn = new Queue<double>(chances);
        return new LookPace(options, drawn.Dequeue);
    }

    private static double[] Seconds(LookPace pace, int count) => [.. Enumerable.Range(0, count).Select(_ => pace.Next().TotalSeconds)];

    private static bool Near(double expected, double actual) => Math.Abs(expected - actual) < 1e-6;

    // Timers ring at once, and somebody sees what they were to wait for; a look has a deadline of a day, which is none of them.
    private sealed class WaitingTime : TimeProvider
    {
        private readonly Channel<(TimeSpan Due, Action Ring)> _waits = Channel.CreateUnbounded<(TimeSpan, Action)>();

        public async Task<TimeSpan> NextWaitAsync()
        {
            var (due, ring) = await _waits.Reader.ReadAsync();
            ring();
            return due;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime < TimeSpan.FromDays(1))
            {
                _waits.Writer.TryWrite((dueTime, () => callback(state)));
            }

            return System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private sealed class RefusingDriver : DbDataSource
    {
        public override string ConnectionString => "";

        protected override DbConnection CreateDbConnection() => throw new NotSupportedException();

        protected override ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) =>
            ValueTask.FromException<DbConnection>(new RefusedException());
    }
}
