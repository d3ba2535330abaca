using MonotonicReads.Observability;

namespace MonotonicReads.Detection;

/// <summary>
/// The file that the command line joins with the findings: one JSON object a line, appended, so that several processes may have one file.
/// Counts of lines about the same add up. Its shape is in docs/reports.md.
/// </summary>
/// <param name="path">The file.</param>
/// <param name="reports">Told where it cannot be written.</param>
/// <param name="time">The clock.</param>
internal sealed class SeriesFile(string path, RoutingReports reports, TimeProvider time)
{
    /// <summary>So much waits for a file that cannot be written; what comes beyond is left out, which the file then says.</summary>
    private const int MostWaiting = 4 << 20;

    /// <summary>A file does not get longer: whoever reads it has to hold what it says.</summary>
    public const long Longest = 256L << 20;

    /// <summary>After so many refusals in a row nothing is tried any more: some 10 minutes.</summary>
    private const int MostRefusals = 15;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan EndWaits = TimeSpan.FromMilliseconds(500);

    private readonly object _writing = new();
    private readonly List<byte[]> _lines = [];
    private readonly HashSet<string> _cut = new(StringComparer.Ordinal);
    private byte[]? _start;
    private bool _hasStarted;
    private int _waiting;
    private int _refusals;
    private long _refused;

    /// <summary>Opens the file, for nobody else.</summary>
    public Func<string, Stream> Open { get; init; } =
        static path => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);

    /// <summary>Whether lines wait that may be written now or later.</summary>
    public bool HasLines
    {
        get
        {
            lock (_lines)
            {
                return !IsGivenUp && (_lines.Count > 0 || (_start is not null && !_hasStarted));
            }
        }
    }

    private bool IsGivenUp => _refusals >= MostRefusals;

    /// <summary>Who writes from now on.</summary>
    /// <param name="source">The data source's name.</param>
    /// <param name="routesStatements">Whether each statement of a connection may be sent elsewhere.</param>
    /// <param name="sampleRate">Which share of the units is watched.</param>
    public void Begin(string source, bool routesStatements, double sampleRate) =>
        _start = SeriesLine.Start(source, routesStatements, sampleRate, time.GetUtcNow());

    public void Add(FoundSeries series, long count, long spread) => Add(SeriesLine.Of(series, count, spread));

    public void Add(SentFrom sent, long count) => Add(SeriesLine.Of(sent, count));

    /// <summary>Not all is told any more. Said once of each.</summary>
    /// <param name="what">The type of the lines that are left out.</param>
    public void Cut(string what)
    {
        lock (_lines)
        {
            if (!_cut.Add(what))
            {
                return;
            }

            var line = SeriesLine.Cut(what);
            _lines.Add(line);
            _waiting += line.Length;
        }
    }

    /// <summary>Appends what waits; keeps it for the next time where another process has the file.</summary>
    public void Write()
    {
        lock (_writing)
        {
            if (_refusals == 0 || time.GetElapsedTime(_refused) >= PauseAfter(_refusals))
            {
                _ = Append();
            }
        }
    }

    /// <summary>Appends what waits, for the last time; waits a moment where another process has the file.</summary>
    public void End()
    {
        var until = Environment.TickCount64 + (long)EndWaits.TotalMilliseconds;
        lock (_writing)
        {
            var pause = 1;
            while (!Append() && _refusals == 0)
            {
                if (Environment.TickCount64 >= until)
                {
                    Refused(new IOException("Another process has the file open."));
                    return;
                }

                Thread.Sleep(pause);
                pause = Math.Min(pause * 2, 20);
            }
        }
    }

    private static TimeSpan PauseAfter(int refusals) =>
        TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(refusals, 10)), LongestPause.TotalSeconds));

    private void Add(byte[] line)
    {
        lock (_lines)
        {
            if (IsGivenUp)
            {
                return;
            }

            if (_waiting + line.Length <= MostWaiting)
            {
                _lines.Add(line);
                _waiting += line.Length;
                return;
            }
        }

        Cut("lines");
    }

    /// <returns>False where it is to be tried again.</returns>
    private bool Append()
    {
        int count;
        byte[] text;
        lock (_lines)
        {
            count = _lines.Count;
            text = new byte[_waiting];
            var at = 0;
            foreach (var line in _lines)
            {
                line.CopyTo(text, at);
                at += line.Length;
            }
        }

        if (IsGivenUp || (count == 0 && _hasStarted))
        {
            return true;
        }

        try
        {
            Append(text);
        }
        catch (IOException taken) when (IsTaken(taken))
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            Refused(exception);
            return false;
        }

        _refusals = 0;
        lock (_lines)
        {
            _lines.RemoveRange(0, count);
            _waiting -= text.Length;
        }

        return true;
    }

    private void Append(byte[] text)
    {
        // Alone: the end of the file that was found is its end until the text is there.
        using var file = Open(path);
        var end = file.Length;
        if (end + text.Length > Longest)
        {
            throw new IOException($"The file is full: it may have {Longest} bytes. Join it with the findings, and move it away.");
        }

        var isWhole = true;
        if (end > 0)
        {
            file.Position = end - 1;
            isWhole = file.ReadByte() == '\n';
        }

        try
        {
            file.Position = end;
            if (!isWhole)
            {
                // Whoever wrote last did not come to the end of its line.
                file.WriteByte((byte)'\n');
            }

            // One that was moved away or deleted begins anew.
            if (_start is not null && (!_hasStarted || end == 0))
            {
                file.Write(_start);
            }

            file.Write(text);
        }
        catch
        {
            // No half line for whoever writes next; the whole text is tried again.
            file.SetLength(end);
            throw;
        }

        _hasStarted = true;
    }

    // Another process writes, or reads, at this moment.
    private static bool IsTaken(IOException exception) =>
        OperatingSystem.IsWindows() ? (exception.HResult & 0xFFFF) is 32 or 33 : exception.HResult is 11 or 35;

    private void Refused(Exception exception)
    {
        if (_refusals == 0)
        {
            reports.SeriesFileRefused(path, exception);
        }

        _refused = time.GetTimestamp();
        _refusals++;
        if (IsGivenUp)
        {
            lock (_lines)
            {
                _lines.Clear();
                _waiting = 0;
            }
        }
    }
}
