namespace MonotonicReads;

/// <summary>How the detector watches for series of reads while the program runs.</summary>
public sealed class SeriesDetectorOptions
{
    /// <summary>Which share of the units of work is watched, 0 to 1. Default: 1, all, for development; production wants a sample, such as
    /// 0.01, since each read of a watched unit takes a stack trace.</summary>
    public double SampleRate { get; set; } = 1;

    /// <summary>
    /// A file to which what was found is appended, one JSON object a line, for <c>dotnet monotonic-reads report --runtime FILE</c>. Several
    /// processes may have the same. A path that is not rooted is relative to the working directory. Default: null, none is written.
    /// </summary>
    public string? ReportFile { get; set; }

    /// <summary>
    /// Names of assemblies that hold code of yours, with <c>*</c> for any text; a series is told by the methods of such. Default:
    /// empty. The
    /// projects that the program was built from are known without, from its <c>.deps.json</c>; name here what comes as a package, and
    /// everything where the program is a single file.
    /// </summary>
    public IList<string> UserAssemblies { get; } = [];

    /// <summary>A unit of work in which nothing was read or written for so long has ended, also where nothing says so. Default: 30
    /// seconds.</summary>
    public TimeSpan UnitTimeout { get; set; } = TimeSpan.FromSeconds(30);

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(SampleRate, nameof(SampleRate));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(SampleRate, 1, nameof(SampleRate));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(UnitTimeout, TimeSpan.Zero, nameof(UnitTimeout));
        if (double.IsNaN(SampleRate))
        {
            throw new ArgumentOutOfRangeException(nameof(SampleRate), SampleRate, "The share of the units is a number from 0 to 1.");
        }

        if (ReportFile is not null && string.IsNullOrWhiteSpace(ReportFile))
        {
            throw new ArgumentException("The path of the report file is empty.", nameof(ReportFile));
        }

        if (UserAssemblies.Any(string.IsNullOrWhiteSpace))
        {
            throw new ArgumentException("The name of an assembly is empty.", nameof(UserAssemblies));
        }
    }

    /// <summary>What holds from now on, whatever becomes of the options.</summary>
    internal static SeriesDetectorOptions Checked(SeriesDetectorOptions? options)
    {
        options ??= new SeriesDetectorOptions();
        options.Check();
        return options.Copy();
    }

    private SeriesDetectorOptions Copy()
    {
        var copy = new SeriesDetectorOptions
        {
            SampleRate = SampleRate,
            ReportFile = ReportFile is null ? null : Path.GetFullPath(ReportFile),
            UnitTimeout = UnitTimeout,
        };
        foreach (var assembly in UserAssemblies)
        {
            copy.UserAssemblies.Add(assembly);
        }

        return copy;
    }
}
