namespace MonotonicReads.Cli.Baselines;

/// <summary>What the user asked for.</summary>
internal enum BaselineMode
{
    /// <summary>Write the files that are not there.</summary>
    Write,

    /// <summary>Say what would have to change, and write nothing.</summary>
    Check,

    /// <summary>Remove what does not occur any more.</summary>
    Update,

    /// <summary>The same, and add what is new.</summary>
    Accept,
}
