namespace MonotonicReads.Generator.Effects;

/// <summary>What a member of the framework may do that outlives the call.</summary>
internal enum FrameworkEffect
{
    /// <summary>Nothing that another run would make worse: a log record may be written twice, a duration measured twice.</summary>
    None,

    /// <summary>It changes what it is called on.</summary>
    ChangesReceiver,

    /// <summary>It runs a delegate that the object was made of.</summary>
    RunsWhatItWasMadeOf,

    /// <summary>It sets the variable that it is handed first.</summary>
    SetsFirstArgument,

    /// <summary>Nobody says.</summary>
    Unknown,
}
