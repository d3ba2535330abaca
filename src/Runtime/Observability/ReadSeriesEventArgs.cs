namespace MonotonicReads;

/// <summary>The data of <see cref="ReplicatedDataSource.SeriesDetected"/>: reads of one unit of work that no session held
/// together.</summary>
public sealed class ReadSeriesEventArgs : EventArgs
{
    internal ReadSeriesEventArgs(
        ReadSeriesKind kind,
        SeriesUnitKind unit,
        IReadOnlyList<SeriesCallSite> callSites,
        IReadOnlyList<string> servers,
        int statements
    )
    {
        Kind = kind;
        Unit = unit;
        CallSites = callSites;
        Servers = servers;
        Statements = statements;
    }

    /// <summary>What is wrong with them.</summary>
    public ReadSeriesKind Kind { get; }

    /// <summary>What makes them one unit of work.</summary>
    public SeriesUnitKind Unit { get; }

    /// <summary>Where the statements were sent from, each place once, in the order of the first statement of each.</summary>
    public IReadOnlyList<SeriesCallSite> CallSites { get; }

    /// <summary>The servers that answered this time. It may be one: outside a session each read draws its own, and can draw the
    /// same.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>How many statements the series has.</summary>
    public int Statements { get; }
}

/// <summary>A place in the program that sent statements.</summary>
public sealed class SeriesCallSite
{
    internal SeriesCallSite(IReadOnlyList<string> methods, bool isWrite, IReadOnlyList<string> servers) =>
        (Methods, IsWrite, Servers) = (methods, isWrite, servers);

    /// <summary>The documentation ids of your methods there, as <c>M:Shop.Orders.GetPageAsync(System.Int32)</c>: that which sent the
    /// statement first, then those that called it, as far as the stack tells. Empty where no method of yours is on it.</summary>
    public IReadOnlyList<string> Methods { get; }

    /// <summary>Whether it wrote.</summary>
    public bool IsWrite { get; }

    /// <summary>The servers that its statements ran on.</summary>
    public IReadOnlyList<string> Servers { get; }
}

/// <summary>What is wrong with a series of reads.</summary>
public enum ReadSeriesKind
{
    /// <summary>Two of its reads, of which nothing but chance decides where they run, may be answered by different servers, the later by an
    /// older state: what MR1001 and MR1002 say of code.</summary>
    SeveralServers,

    /// <summary>It read on a replica after it had written, and nothing waited for the write: what MR1003 says of code.</summary>
    ReadAfterWrite,
}

/// <summary>What makes reads belong to one unit of work.</summary>
public enum SeriesUnitKind
{
    /// <summary>The asynchronous method that created the connection, or the connection itself.</summary>
    Flow,

    /// <summary>The outermost running <see cref="System.Diagnostics.Activity"/> of the process.</summary>
    Activity,

    /// <summary>A web request.</summary>
    Request,

    /// <summary>A call of a SignalR hub.</summary>
    HubCall,

    /// <summary><see cref="SeriesUnit.Begin()"/>.</summary>
    Code,
}
