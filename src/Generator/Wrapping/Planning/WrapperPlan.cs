using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>
/// Everything that the emitter needs to write one wrapper: text and numbers only, so that an unrelated edit compares equal.
/// </summary>
internal sealed record WrapperPlan(
    string HintName,
    string Namespace,
    bool HasFileScopedNamespace,
    string Accessibility,
    string Name,
    string TypeParameters,
    EquatableArray<string> Constraints,
    EquatableArray<string> Attributes,
    string InnerType,
    string InnerCref,
    string InnerTypeof,
    string WrapperTypeof,
    WrapperShape Shape,
    EquatableArray<string> BaseTypes,
    string InnerField,
    EquatableArray<OptionsPlan> Options,
    EquatableArray<ConstructorPlan> Constructors,
    EquatableArray<MemberPlan> Members,
    EquatableArray<string> SuppressedWarnings
);

/// <summary>A shared options object: written once per wrapper, so that a call allocates none.</summary>
internal sealed record OptionsPlan(string Field, string Initializers);

/// <summary>A constructor of the class that a deriving wrapper repeats.</summary>
internal sealed record ConstructorPlan(EquatableArray<string> Attributes, string Modifiers, string Parameters, string Arguments);

/// <summary>A member of the wrapper. <paramref name="Modifiers"/> is empty for an explicit implementation.</summary>
internal abstract record MemberPlan(EquatableArray<string> Attributes, string Modifiers, string Type, string Name);

internal sealed record MethodPlan(
    EquatableArray<string> Attributes,
    string Modifiers,
    string Type,
    string Name,
    string TypeParameters,
    string Parameters,
    EquatableArray<string> Constraints,
    BodyPlan Body
) : MemberPlan(Attributes, Modifiers, Type, Name);

/// <summary>A property, or an indexer when <paramref name="Parameters"/> is not empty.</summary>
internal sealed record PropertyPlan(
    EquatableArray<string> Attributes,
    string Modifiers,
    string Type,
    string Name,
    string Parameters,
    EquatableArray<AccessorPlan> Accessors
) : MemberPlan(Attributes, Modifiers, Type, Name);

internal sealed record EventPlan(
    EquatableArray<string> Attributes,
    string Modifiers,
    string Type,
    string Name,
    EquatableArray<AccessorPlan> Accessors
) : MemberPlan(Attributes, Modifiers, Type, Name);

internal sealed record AccessorPlan(EquatableArray<string> Attributes, string Keyword, BodyPlan Body);

/// <summary>What a member does: call the class, inside a session when there is one.</summary>
internal sealed record BodyPlan(string Call, ResultKind Result, string ResultType, SessionPlan? Session);

internal enum ResultKind
{
    Nothing,
    Value,
    Reference,
}

/// <summary>The session that a covered member opens.</summary>
/// <param name="Begin">The expression that opens it.</param>
/// <param name="Local">The name of the local variable that holds it.</param>
/// <param name="Hold">How long it is held.</param>
/// <param name="HelperLocal">The name of the local function that an accessor needs to await in.</param>
/// <param name="CanConfigureAwait">Whether what is awaited has a <c>ConfigureAwait(bool)</c>.</param>
/// <param name="Restart">How the call is run again where its replica is lost; null where it is not.</param>
internal sealed record SessionPlan(
    string Begin,
    string Local,
    SessionHold Hold,
    string HelperLocal,
    bool CanConfigureAwait,
    RestartPlan? Restart
);

/// <summary>A call that is run again where its replica is lost.</summary>
/// <param name="Session">What its sessions are begun with, line by line.</param>
/// <param name="Cancellation">The token after whose cancellation nothing is run again.</param>
internal sealed record RestartPlan(EquatableArray<string> Session, string Cancellation);
