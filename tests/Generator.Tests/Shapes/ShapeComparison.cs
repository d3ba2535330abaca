namespace MonotonicReads.Generator.Tests.Shapes;

/// <summary>
/// What stands beside each shape: a database that notes who reads from it, and the comparison of a class with its wrapper,
/// call by call. Written in C# 9, the oldest that wrappers are written in.
/// </summary>
internal static class ShapeComparison
{
    public const string Source = """
        using System;
        using System.Collections;
        using System.Collections.Generic;
        using System.Globalization;
        using System.Linq;
        using System.Runtime.CompilerServices;
        using System.Threading.Tasks;
        using MonotonicReads;

        namespace Comparison
        {
            public static class Db
            {
                private static readonly List<string> Lines = new();
                private static readonly HashSet<Guid> Ended = new();
                private static bool _isWrapped;
                private static Guid? _session;

                public static int Calls { get; private set; }

                public static int Reads { get; private set; }

                public static string Summary => string.Format(CultureInfo.InvariantCulture, "{0} calls, {1} reads in sessions", Calls, Reads);

                /// An annotated member reads: in a session, where the wrapper ran; all reads of a call in the same one.
                public static void Read(string what)
                {
                    var session = ReadSession.Current;
                    Check(session is not null == _isWrapped, what + (_isWrapped ? " has no session behind the wrapper" : " has a session without a wrapper"));
                    if (session is not null)
                    {
                        Reads++;
                        Check(!Ended.Contains(session.Id), what + " reads in the session of an earlier call");
                        Check(_session is null || _session == session.Id, what + " reads in a session of its own");
                        _session = session.Id;
                    }

                    Lines.Add("reads " + what);
                }

                /// A member without annotation runs: outside any session.
                public static void Touch(string what)
                {
                    Check(ReadSession.Current is null, what + " has a session");
                    Lines.Add("runs " + what);
                }

                /// A call has answered.
                public static void Say(object? result)
                {
                    if (_isWrapped)
                    {
                        Calls++;
                    }

                    Check(ReadSession.Current is null, "the caller has a session");
                    if (_session is not null)
                    {
                        Ended.Add(_session.Value);
                    }

                    _session = null;
                    Lines.Add("answer " + Text(result));
                }

                /// What the call throws, as its answer.
                public static void Fails(Action call)
                {
                    try { call(); } catch (InvalidOperationException exception) { Say(exception); return; }
                    throw new Exception("nothing was thrown");
                }

                public static async Task FailsAsync(Func<Task> call)
                {
                    try { await call(); } catch (InvalidOperationException exception) { Say(exception); return; }
                    throw new Exception("nothing was thrown");
                }

                public static async Task<List<string>> Recorded(Func<Task> script, bool isWrapped)
                {
                    Lines.Clear();
                    _isWrapped = isWrapped;
                    await script();
                    Check(_session is null, "the script ends with a call that has not answered");
                    return Lines.ToList();
                }

                public static void Check(bool condition, string what)
                {
                    if (!condition) { throw new Exception(what + "\n" + string.Join("\n", Lines)); }
                }

                private static string Text(object? value) => value switch
                {
                    null => "null",
                    string text => "'" + text + "'",
                    Exception exception => exception.GetType().Name + ": " + exception.Message,
                    IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                    ITuple tuple => "(" + string.Join(", ", Enumerable.Range(0, tuple.Length).Select(i => Text(tuple[i]))) + ")",
                    IEnumerable items => "[" + string.Join(", ", items.Cast<object?>().Select(Text)) + "]",
                    _ => value.ToString() ?? "",
                };
            }

            public static class Compare
            {
                public static Task Calls<T>(T inner, T wrapper, Action<T> script) where T : class =>
                    Runs(() => { script(inner); return Task.CompletedTask; }, () => { script(wrapper); return Task.CompletedTask; });

                public static Task Calls<T>(T inner, T wrapper, Func<T, Task> script) where T : class => Runs(() => script(inner), () => script(wrapper));

                /// For what only the two classes themselves show, such as the default values of their own parameters.
                public static async Task Runs(Func<Task> onInner, Func<Task> onWrapper)
                {
                    var expected = await Db.Recorded(onInner, false);
                    var actual = await Db.Recorded(onWrapper, true);
                    for (var i = 0; i < Math.Max(expected.Count, actual.Count); i++)
                    {
                        var (left, right) = (i < expected.Count ? expected[i] : "nothing", i < actual.Count ? actual[i] : "nothing");
                        Db.Check(left == right, "line " + i + " differs: " + left + " without, " + right + " with the wrapper");
                    }

                    Db.Check(ReadSession.Current is null, "a session is left");
                }
            }
        }
        """;
}
