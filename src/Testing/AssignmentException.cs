namespace MonotonicReads.Testing;

/// <summary>A unit of work does not bear every assignment of its reads to what replicas may show. The message has the shortest assignment
/// that breaks it, with the statements and a timeline.</summary>
public sealed class AssignmentException : Exception
{
    internal AssignmentException(string message, string svg, int broken, AssignmentSummary summary, Exception? innerException)
        : base(message, innerException) => (Svg, Broken, Summary) = (svg, broken, summary);

    /// <summary>The timeline as a drawing: a whole SVG file.</summary>
    public string Svg { get; }

    /// <summary>How many of the assignments break it.</summary>
    public int Broken { get; }

    /// <summary>What was run.</summary>
    public AssignmentSummary Summary { get; }
}
