using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR1005: <c>[Eventual]</c> that gives no reason.</summary>
public class EventualWithoutReasonTests
{
    [Theory]
    [InlineData("[Eventual({|MR1005:\"\"|})] public void M() { }")]
    [InlineData("[Eventual({|MR1005:\"  \"|})] public void M() { }")]
    [InlineData("[Eventual({|MR1005:null|})] public void M() { }")]
    [InlineData("[MonotonicReads.EventualAttribute({|MR1005:None|})] public void M() { } private const string None = \"\";")]
    [InlineData("public void M() { [Eventual({|MR1005:\"\"|})] void L() { } L(); }")]
    public Task No_reason(string members) => ReadRules.Configured<MR1005EventualWithoutReason>(members);

    [Theory]
    [InlineData("[Eventual(\"a dashboard, refreshed each second\")] public void M() { }")]
    [InlineData("[Monotonic] public void M() { }")]
    [InlineData("[Other.Eventual(\"\")] public void M() { }")]
    public Task A_reason(string members) =>
        ReadRules.Configured<MR1005EventualWithoutReason>(
            members,
            more: "namespace Other { class EventualAttribute(string reason) : Attribute { public string Reason => reason; } }"
        );

    [Fact]
    public Task Types_too() =>
        ReadRules.Configured<MR1005EventualWithoutReason>(
            string.Empty,
            more: "[Eventual({|MR1005:\"\"|})] class B { } [Eventual({|MR1005:\" \"|})] interface I { }"
        );
}
