namespace MonotonicReads.Architecture.Tests.Habits;

/// <summary>A place where the code does not keep a habit.</summary>
/// <param name="Where">The file, with <c>#Method</c> where it is one method of it.</param>
/// <param name="Amount">How much: lines, complexity; 1 where nothing is counted.</param>
internal sealed record Finding(string Habit, string Where, int Amount, string What);
