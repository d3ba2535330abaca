namespace MonotonicReads.Generator.Names;

/// <summary>Why a name matters before anything is bound.</summary>
[Flags]
internal enum NameKind
{
    None = 0,

    /// <summary>A library's reading or writing member carries it, or a listed member.</summary>
    Library = 1,

    /// <summary>It sends a query, where the body gets hold of one.</summary>
    Query = 2,

    /// <summary>By it a body gets hold of a query.</summary>
    QuerySource = 4,

    /// <summary>An annotated method carries it.</summary>
    Annotated = 8,
}
