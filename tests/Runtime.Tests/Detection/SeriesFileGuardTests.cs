using System.Text.Json;
using MonotonicReads.Detection;
using MonotonicReads.Runtime.Tests.Support;

namespace MonotonicReads.Runtime.Tests.Detection;

/// <summary>The detector's file where the disk, or the file itself, is full.</summary>
public sealed class SeriesFileGuardTests : IDisposable
{
    private const string Before = "{\"v\":1,\"type\":\"start\"}\n";
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"series-{Guid.NewGuid():N}.jsonl");
    private readonly ManualTime _time = new() { RingsTimers = true };
    private readonly SqliteReplicaSet _set = new();

    [Fact]
    public void Where_the_disk_is_full_in_the_middle_of_a_line_nothing_of_it_stays_and_all_is_there_later()
    {
        File.WriteAllText(_file, Before);
        var disk = new Disk { Left = 100 };
        var file = With(disk);
        Add(file, 3);
        file.Write();

        Assert.Equal(1, disk.Refusals);
        Assert.Equal(Before, File.ReadAllText(_file));
        Assert.Equal(1, Refused);
        Assert.True(file.HasLines);

        disk.Left = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(5));
        file.Write();
        Assert.Equal(["start", "start", "sent", "sent", "sent"], Types());
        Assert.False(file.HasLines);
    }

    [Fact]
    public void Half_a_line_of_another_process_gets_its_end_once_though_the_first_try_failed()
    {
        const string half = "{\"v\":1,\"type\":\"ser";
        File.WriteAllText(_file, half);
        var disk = new Disk { Left = 1 };
        var file = With(disk);
        Add(file, 1);
        file.Write();
        Assert.Equal(half, File.ReadAllText(_file));

        disk.Left = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(5));
        file.Write();
        var lines = File.ReadAllLines(_file);
        Assert.Equal(3, lines.Length);
        Assert.Equal(half, lines[0]);
        Assert.Equal(["start", "sent"], lines[1..].Select(TypeOf));
    }

    [Fact]
    public void At_the_end_of_the_program_a_full_disk_keeps_nobody()
    {
        var disk = new Disk { Left = 10 };
        var file = With(disk);
        Add(file, 1);
        file.End();

        Assert.Equal((1, 1), (disk.Refusals, Refused));
        Assert.Equal(0, new FileInfo(_file).Length);
    }

    [Fact]
    public void A_device_that_is_always_full_is_told_once_and_breaks_no_read()
    {
        // Where there is none the folder is missing, which is a refusal too.
        using var set = new SqliteReplicaSet(builder =>
            builder.UseTimeProvider(_time).UseSeriesDetector(new SeriesDetectorOptions { ReportFile = "/dev/full" })
        );
        for (var i = 0; i < 3; i++)
        {
            using (SeriesUnit.Begin())
            {
                Assert.NotEmpty(set.Ask());
                Assert.NotEmpty(set.Ask());
            }

            _time.Advance(TimeSpan.FromSeconds(10));
        }

        set.Source.Dispose();
        Assert.Single(set.Log.Records, static record => record.Id.Id == 38);
        Assert.DoesNotContain(set.Log.Records, static record => record.Id.Id == 41);
    }

    [Theory]
    [InlineData(SeriesFile.Longest - 100)]
    [InlineData(SeriesFile.Longest)]
    public void A_file_gets_no_longer_than_its_bound_and_begins_anew_where_it_is_moved_away(long length)
    {
        Lengthen(length);
        var file = With(disk: null);
        Add(file, 1);
        file.Write();

        Assert.Equal((length, 1), (new FileInfo(_file).Length, Refused));

        File.Delete(_file);
        _time.Advance(TimeSpan.FromSeconds(5));
        file.Write();
        Assert.Equal(["start", "sent"], Types());
    }

    [Fact]
    public void One_that_stays_below_its_bound_is_written()
    {
        Lengthen(SeriesFile.Longest - 10_000);
        var file = With(disk: null);
        Add(file, 1);
        file.Write();

        Assert.InRange(new FileInfo(_file).Length, SeriesFile.Longest - 9_999, SeriesFile.Longest);
        Assert.Equal(0, Refused);
    }

    [Fact]
    public void What_waits_for_a_full_disk_is_bounded_and_the_file_says_so_later()
    {
        var disk = new Disk();
        var file = With(disk);
        Add(file, 400, length: 20_000);
        file.Write();
        Assert.Equal(0, new FileInfo(_file).Length);

        disk.Left = long.MaxValue;
        _time.Advance(TimeSpan.FromSeconds(5));
        file.Write();
        Assert.InRange(new FileInfo(_file).Length, 3 << 20, (4 << 20) + 1000);
        Assert.Equal("cut", Types()[^1]);
    }

    [Fact]
    public void A_disk_that_stays_full_is_given_up_and_what_waited_with_it()
    {
        var disk = new Disk();
        var file = With(disk);
        Add(file, 1);
        for (var i = 0; i < 40; i++)
        {
            file.Write();
            _time.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.InRange(disk.Refusals, 2, 20);
        Assert.Equal(1, Refused);
        Assert.False(file.HasLines);
        Add(file, 1);
        Assert.False(file.HasLines);
    }

    public void Dispose()
    {
        _set.Dispose();
        File.Delete(_file);
    }

    private int Refused => _set.Log.Records.Count(static record => record.Id.Id == 38);

    private SeriesFile With(Disk? disk)
    {
        var reports = _set.Source.Routed.Reports;
        var file = disk is null
            ? new SeriesFile(_file, reports, _time)
            : new SeriesFile(_file, reports, _time) { Open = path => disk.Open(path) };
        file.Begin("shop", routesStatements: false, sampleRate: 1);
        return file;
    }

    private static void Add(SeriesFile file, int lines, int length = 100)
    {
        for (var i = 0; i < lines; i++)
        {
            file.Add(new SentFrom(new CallingMethods([new CallingMethod($"M:{i}{new string('x', length)}", "x", null)]), "replica"), 1);
        }
    }

    // Holes: it takes nothing of the disk.
    private void Lengthen(long length)
    {
        using var file = File.Create(_file);
        file.SetLength(length);
    }

    private static string? TypeOf(string line) => JsonDocument.Parse(line).RootElement.GetProperty("type").GetString();

    private List<string?> Types() => [.. File.ReadAllLines(_file).Select(TypeOf)];

    /// <summary>One on which so many bytes are left: what goes beyond is written as far as it goes, and refused.</summary>
    private sealed class Disk
    {
        public long Left { get; set; }

        public int Refusals { get; private set; }

        public Stream Open(string path) =>
            new Full(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0), this);

        private sealed class Full(FileStream inner, Disk disk) : Stream
        {
            public override bool CanRead => true;

            public override bool CanSeek => true;

            public override bool CanWrite => true;

            public override long Length => inner.Length;

            public override long Position
            {
                get => inner.Position;
                set => inner.Position = value;
            }

            public override void Write(byte[] buffer, int offset, int count)
            {
                var fits = (int)Math.Min(count, disk.Left);
                inner.Write(buffer, offset, fits);
                disk.Left -= fits;
                if (fits < count)
                {
                    disk.Refusals++;
                    throw new IOException("No space left on device", 28);
                }
            }

            public override void Flush() => inner.Flush();

            public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

            public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

            public override void SetLength(long value)
            {
                disk.Left += Math.Max(0, inner.Length - value);
                inner.SetLength(value);
            }

            protected override void Dispose(bool disposing)
            {
                inner.Dispose();
                base.Dispose(disposing);
            }
        }
    }
}
