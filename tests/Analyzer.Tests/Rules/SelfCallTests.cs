using MonotonicReads.Generator.Rules;

namespace MonotonicReads.Analyzer.Tests.Rules;

/// <summary>MR2003: an annotated method that is called on <c>this</c>.</summary>
public class SelfCallTests
{
    [Theory]
    [InlineData("public int B() => {|MR2003:A|}();")]
    [InlineData("public int B() => this.{|MR2003:A|}();")]
    [InlineData("public int B() { Func<int> f = () => {|MR2003:A|}(); return f(); }")]
    [InlineData("public int B() { return L(); int L() => {|MR2003:A|}(); }")]
    [InlineData("public Orders() { {|MR2003:A|}(); }")]
    [InlineData("public int P => {|MR2003:A|}();")]
    [InlineData("[Monotonic] public int B() => {|MR2003:Newest|}();")]
    [InlineData("private int B() => {|MR2003:A|}(); public int D() => B();")]
    [InlineData("public int B() { using (ReadSession.Begin(ReadConsistency.Monotonic)) { return {|MR2003:Newest|}(); } }")]
    [InlineData("public int B() { var n = {|MR2003:A|}(); using var s = ReadSession.Begin(ReadConsistency.Monotonic); return n; }")]
    public Task Its_wrapper_never_runs(string member) => Verify(member);

    [Theory]
    [InlineData("[Monotonic] public int B() => A();")]
    [InlineData("[Primary] public int B() => A() + Newest();")]
    [InlineData("[Eventual(\"a test\")] public int B() => A();")]
    [InlineData("public int B(IOrders other) => other.A();")]
    [InlineData("public int B(Orders other) => other.A();")]
    [InlineData("public int B() => C();")]
    [InlineData("public int B() => Stale();")]
    [InlineData("private int B() => A(); [Monotonic] public int D() => B();")]
    [InlineData("public int B() { using var s = ReadSession.Begin(ReadConsistency.Monotonic); return A(); }")]
    [InlineData("public int B() { using (ReadSession.Begin(ReadConsistency.Primary)) { return Newest(); } }")]
    [InlineData("public string B() => nameof(A);")]
    public Task The_caller_is_pinned_or_it_does(string member) => Verify(member);

    [Fact]
    public Task A_derived_wrapper_is_reached() =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            """
            public class Orders
            {
                [Monotonic] public virtual int A() => 1;
                public int B() => A();
            }
            """
        );

    private static Task Verify(string member) =>
        ReadRules.Whole<WrapperRulesAnalyzer>(
            $$"""
            public interface IOrders { int A(); int Newest(); int Stale(); int C(); }
            public class Orders : IOrders
            {
                [Monotonic] public int A() => 1;
                [Primary] public int Newest() => 1;
                [Eventual("a test")] public int Stale() => 1;
                public int C() => 1;
                {{member}}
            }
            """
        );
}
