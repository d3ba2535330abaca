namespace MonotonicReads.Benchmarks.Figures;

/// <summary>One line of the table. Without a target it is there to compare with.</summary>
internal sealed record Figure(string Group, string What, string Time, string Ratio, string? Target = null, bool? IsMet = null);
