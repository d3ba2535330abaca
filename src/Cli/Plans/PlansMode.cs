namespace MonotonicReads.Cli.Plans;

/// <summary>What the user asked for.</summary>
internal enum PlansMode
{
    /// <summary>Add what is proved, mend and remove what is wrong.</summary>
    Write,

    /// <summary>Say what would have to change, and write nothing.</summary>
    Check,

    /// <summary>Mend and remove what is wrong, and add nothing.</summary>
    Update,
}
