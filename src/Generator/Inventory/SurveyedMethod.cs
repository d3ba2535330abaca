using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Inventory;

/// <summary>A body that reads or writes, itself or through its calls.</summary>
/// <param name="Key">Its documentation id, with what tells a local function or a handler apart; the same at each run.</param>
/// <param name="Name">Its type's and its own name.</param>
/// <param name="Place">Where it is declared.</param>
/// <param name="Extent">From where to where it stands, a handler's lambda alone; null where that is not in source.</param>
/// <param name="Declared">What holds for its reads; null where nothing does.</param>
/// <param name="Sites">Its places in the order of the source.</param>
internal sealed record SurveyedMethod(
    string Key,
    string Name,
    CodePlace Place,
    CodePlace? Extent,
    UnitDeclaration? Declared,
    IReadOnlyList<SurveyedSite> Sites
);

/// <summary>A place in a body that reads or writes.</summary>
/// <param name="Name">What is called.</param>
/// <param name="Library">For a command of its own the assembly of the member that sends it; null for a call.</param>
/// <param name="Statement">The statement's text, where it is at hand.</param>
/// <param name="Place">Where it stands.</param>
/// <param name="Reads">True where it reads.</param>
/// <param name="ReadsOn">Where.</param>
/// <param name="Writes">True where it writes.</param>
/// <param name="Through">What it is reached through.</param>
/// <param name="Calls">The keys of the bodies that it may run; empty for a command of its own.</param>
internal sealed record SurveyedSite(
    string Name,
    string? Library,
    string? Statement,
    CodePlace Place,
    bool Reads,
    ReadPlace ReadsOn,
    bool Writes,
    Detour Through,
    IReadOnlyList<string> Calls
);
