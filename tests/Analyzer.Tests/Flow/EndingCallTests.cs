namespace MonotonicReads.Analyzer.Tests.Flow;

/// <summary>Calls that do not come back, and calls that the compiler leaves out.</summary>
public class EndingCallTests
{
    private const string A = "db.QueryFirst<int>(\"SELECT a FROM t\")";
    private const string B = "db.QueryFirst<int>(\"SELECT b FROM t\")";

    [Theory]
    [InlineData("if (x) Fail(\"\" + " + A + "); _ = " + B + ";")]
    [InlineData("if (x) FailWithout(\"\" + " + A + "); _ = " + B + ";")]
    [InlineData("if (x) FailAtLast(\"\" + " + A + "); _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; Ensure(false); } _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; Environment.Exit(1); } _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; Environment.FailFast(null); } _ = " + B + ";")]
    [InlineData("var n = x ? Never(" + A + ") : " + B + ";")]
    [InlineData("_ = name ?? Fail<string>(" + A + "); _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e); } _ = " + B + ";")]
    [InlineData("foreach (var id in ids) { _ = " + A + "; Fail(\"\"); }")]
    [InlineData("try { _ = " + A + "; Environment.Exit(1); } catch (Exception) { _ = " + B + "; }")]
    [InlineData("Log(" + A + "); _ = " + B + ";")]
    [InlineData("System.Diagnostics.Debug.Assert(" + A + " > 1); _ = " + B + ";")]
    [InlineData("OnRead(" + A + "); _ = " + B + ";")]
    public Task What_stands_behind_one_is_not_reached(string body) => Check("M", body);

    [Theory]
    [InlineData("if (x) Log(1); _ = " + A + "; _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; Ensure(true); } _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; Ensure(ids.Length > 1); } _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; MayFail(x); } _ = " + B + ";")]
    [InlineData("if (x) { _ = " + A + "; Later(); } _ = " + B + ";")]
    [InlineData("try { _ = " + A + "; Fail(\"\"); } catch (Exception) { _ = " + B + "; }")]
    [InlineData("try { if (x) Fail(\"\" + " + A + "); } finally { _ = " + B + "; }")]
    [InlineData("NotYet(); _ = " + A + "; _ = " + B + ";")]
    [InlineData("_ = NotHere() + " + A + "; _ = " + B + ";")]
    [InlineData("_ = Stub(); _ = " + A + "; _ = " + B + ";")]
    [InlineData("Noted(" + A + "); _ = " + B + ";")]
    [InlineData("OnDone(" + A + "); _ = " + B + ";")]
    public Task What_stands_behind_any_other_is(string body) => Check("{|MR1001:M|}", body);

    private static Task Check(string name, string body) =>
        ReadRules.Source(
            $$"""
            #define NOTED
            using System; using System.Data.Common; using System.Diagnostics; using System.Diagnostics.CodeAnalysis; using Dapper;
            public partial class Orders(DbConnection db)
            {
                public void {{name}}(bool x, int[] ids, string name, Exception e)
                {
                    {{body}}
                }

                [DoesNotReturn] private static void Fail(string why) => throw new Exception(why);
                [DoesNotReturn] private static T Fail<T>(int n) => throw new Exception();
                private static int Never(int n) => throw new Exception();
                private static void NotYet() => throw new NotImplementedException();
                private static int NotHere() { throw new System.NotSupportedException("not on this platform"); }
                private static string Stub() => throw null!;
                private static void FailWithout(string why) => throw new Exception(why);
                private static void FailAtLast(string why) { if (why == "") { why = "?"; } throw new Exception(why); }
                private static void MayFail(bool x) { if (x) { return; } throw new Exception(); }
                private static void Later() { Action f = () => throw new Exception(); f.ToString(); }
                private static void Ensure([DoesNotReturnIf(false)] bool holds) { if (!holds) throw new Exception(); }
                [Conditional("TRACED")] private static void Log(int n) { }
                [Conditional("TRACED"), Conditional("NOTED")] private static void Noted(int n) { }
                partial void OnRead(int n);
                partial void OnDone(int n);
                partial void OnDone(int n) { }
            }
            """
        );
}
