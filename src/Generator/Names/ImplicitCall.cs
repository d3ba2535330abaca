namespace MonotonicReads.Generator.Names;

/// <summary>Calls of members that the code does not name: an operator, what a <c>foreach</c> or <c>using</c> runs, an indexer.</summary>
[Flags]
internal enum ImplicitCall
{
    None = 0,
    Operator = 1,
    Conversion = 2,
    Enumeration = 4,
    Disposal = 8,
    Awaiting = 16,
    Deconstruction = 32,
    Indexing = 64,
}
