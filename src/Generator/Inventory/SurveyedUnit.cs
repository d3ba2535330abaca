namespace MonotonicReads.Generator.Inventory;

/// <summary>A unit in which reads meet, or a read and a write before it, whether that is reported or not.</summary>
/// <param name="Key">The key of its body among <see cref="CompilationSurvey.Methods"/>.</param>
/// <param name="Member">What the baseline calls it; null where it can have no entry.</param>
/// <param name="Name">What messages call it.</param>
/// <param name="CalledAs">The documentation ids under which it may be called: its own, and of what it overrides or implements.</param>
/// <param name="Findings">What there is to find in it, and why it is quiet where it is.</param>
internal sealed record SurveyedUnit(
    string Key,
    string? Member,
    string Name,
    IReadOnlyList<string> CalledAs,
    IReadOnlyList<SurveyedFinding> Findings
);

/// <summary>What a rule says about a unit, or would say if nothing were declared.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="State">Whether it is reported, and if not why.</param>
/// <param name="Message">What the rule says.</param>
/// <param name="Place">Where it says it.</param>
/// <param name="Because">What is declared; null where nothing is.</param>
/// <param name="Meetings">The places that meet, as indices into the body's sites.</param>
internal sealed record SurveyedFinding(
    string Rule,
    UnitState State,
    string Message,
    CodePlace Place,
    UnitDeclaration? Because,
    IReadOnlyList<Meeting> Meetings
);

/// <summary>A read and what it follows.</summary>
/// <param name="Earlier">The read or write before it; the same in a loop.</param>
/// <param name="Later">The read.</param>
internal readonly record struct Meeting(int Earlier, int Later);

/// <summary>What settles a finding, from the least to the most; a unit has the state of the least settled of its findings.</summary>
internal enum UnitState
{
    /// <summary>Reported.</summary>
    Open,

    /// <summary>Accepted for the time being, by a line of the baseline.</summary>
    Baselined,

    /// <summary>Kept quiet by a pragma, an attribute or a severity of none.</summary>
    Suppressed,

    /// <summary>Accepted by <c>[Eventual]</c>.</summary>
    Accepted,

    /// <summary>Pinned to one replica.</summary>
    Monotonic,

    /// <summary>All its reads show one moment.</summary>
    Snapshot,

    /// <summary>Pinned, and waiting for its own writes, or for everybody's.</summary>
    Causal,

    /// <summary>On the primary.</summary>
    Primary,
}

/// <summary>What declares a unit's consistency.</summary>
/// <param name="Level">What it declares.</param>
/// <param name="By">How: <c>[Monotonic]</c>, <c>ReadSession.Begin</c>, its callers.</param>
/// <param name="On">The symbol on which it stands; null for a session in code and for callers.</param>
/// <param name="Reason">The reason of <c>[Eventual]</c>.</param>
/// <param name="Place">Where it stands; null where that is not this compilation's source.</param>
internal sealed record UnitDeclaration(UnitState Level, string By, string? On, string? Reason, CodePlace? Place);
