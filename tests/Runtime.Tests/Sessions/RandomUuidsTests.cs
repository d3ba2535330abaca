using MonotonicReads.Sessions;

namespace MonotonicReads.Runtime.Tests.Sessions;

public class RandomUuidsTests
{
    private const int Many = 20_000;

    [Fact]
    public void Are_of_version_four_and_all_different()
    {
        var uuids = Enumerable.Range(0, Many).Select(_ => RandomUuids.Next()).ToArray();

        Assert.Equal(Many, uuids.Distinct().Count());
        Assert.All(
            uuids,
            uuid =>
            {
                var text = uuid.ToString();
                Assert.Equal('4', text[14]);
                Assert.True(text[19] is '8' or '9' or 'a' or 'b', text);
            }
        );
    }

    [Fact]
    public void Have_every_other_bit_set_as_often_as_not()
    {
        var counts = new int[128];
        for (var i = 0; i < Many; i++)
        {
            var bytes = RandomUuids.Next().ToByteArray(bigEndian: true);
            for (var bit = 0; bit < counts.Length; bit++)
            {
                counts[bit] += (bytes[bit / 8] >> (7 - (bit % 8))) & 1;
            }
        }

        // Twelve standard deviations of 20,000 throws.
        var loose = counts.Where((_, bit) => bit is < 48 or (> 51 and < 64) or > 65).ToArray();
        Assert.Equal(122, loose.Length);
        Assert.All(loose, count => Assert.InRange(count, (Many / 2) - 850, (Many / 2) + 850));
    }

    [Fact]
    public async Task Are_different_on_all_threads()
    {
        var drawn = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, Many / 8).Select(_ => RandomUuids.Next()).ToArray()))
        );

        Assert.Equal(Many, drawn.SelectMany(uuids => uuids).Distinct().Count());
    }

    [Fact]
    public async Task A_session_has_one_for_all_who_ask_at_once()
    {
        for (var round = 0; round < 200; round++)
        {
            using var session = ReadSession.Begin(ReadConsistency.Monotonic);
            using var go = new Barrier(4);
            var ids = await Task.WhenAll(
                Enumerable
                    .Range(0, 4)
                    .Select(_ =>
                        Task.Factory.StartNew(
                            () =>
                            {
                                go.SignalAndWait();
                                return session.Id;
                            },
                            CancellationToken.None,
                            TaskCreationOptions.LongRunning,
                            TaskScheduler.Default
                        )
                    )
            );

            Assert.Single(ids.Distinct());
            Assert.NotEqual(Guid.Empty, ids[0]);
        }
    }
}
