namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>How the wrapper stands to the class: beside it, behind the same interfaces, or below it, overriding.</summary>
internal enum WrapperShape
{
    Delegating,
    Deriving,
}
