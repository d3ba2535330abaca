using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Planning;

namespace MonotonicReads.Generator.Emit;

/// <summary>Writes what a member does.</summary>
internal static class BodySource
{
    /// <summary>The body of a member that passes straight through.</summary>
    public static string Arrow(BodyPlan body) => " => " + (body.Result == ResultKind.Reference ? "ref " : string.Empty) + body.Call + ";";

    /// <summary>The statements of a covered member.</summary>
    public static void Write(SourceWriter writer, BodyPlan body, bool isAccessor)
    {
        var session = body.Session!;
        if (SequenceHelper(session.Hold) is { } helper)
        {
            writer.Line($"return global::MonotonicReads.SessionSequence.{helper}(");
            writer.Indented([$"() => {session.Begin},", $"() => {body.Call});"]);
        }
        else if (session.Hold != SessionHold.Task)
        {
            WriteCall(writer, body, session, body.Call);
        }
        else if (isAccessor)
        {
            writer.Line($"return {session.HelperLocal}();");
            writer.Blank();
            writer.Line($"async {body.ResultType} {session.HelperLocal}()");
            writer.Open();
            WriteCall(writer, body, session, Awaited(body, session));
            writer.Close();
        }
        else
        {
            WriteCall(writer, body, session, Awaited(body, session));
        }
    }

    private static void WriteCall(SourceWriter writer, BodyPlan body, SessionPlan session, string call)
    {
        if (session.Restart is { } restart)
        {
            WriteRestart(writer, body, session, restart, call);
            return;
        }

        writer.Line($"using var {session.Local} = {session.Begin};");
        writer.Line(
            body.Result switch
            {
                ResultKind.Nothing => call + ";",
                ResultKind.Reference => "return ref " + call + ";",
                _ => "return " + call + ";",
            }
        );
    }

    // What the call comes to is not handed out before it is complete; what comes to nothing is told by "true".
    private static void WriteRestart(SourceWriter writer, BodyPlan body, SessionPlan session, RestartPlan restart, string call)
    {
        var isAwaited = session.Hold == SessionHold.Task;
        var hasResult = body.Result != ResultKind.Nothing;
        var run = $"global::MonotonicReads.RestartableReads.{(isAwaited ? "RunAsync" : "Run")}(";
        writer.Line((hasResult ? "return " : string.Empty) + (isAwaited ? "await " : string.Empty) + run);
        var read = (isAwaited ? "async () => " : "() => ") + (hasResult ? call : $"{{ {call}; return true; }}");
        writer.Indented([
            .. restart.Session.Select(static argument => argument + ","),
            read + ",",
            restart.Cancellation + (isAwaited ? ").ConfigureAwait(false);" : ");"),
        ]);
    }

    private static string? SequenceHelper(SessionHold hold) =>
        hold switch
        {
            SessionHold.Sequence => "Read",
            SessionHold.AsyncSequence => "ReadAsync",
            SessionHold.Enumerator => "Enumerate",
            SessionHold.AsyncEnumerator => "EnumerateAsync",
            _ => null,
        };

    private static string Awaited(BodyPlan body, SessionPlan session) =>
        $"await {body.Call}{(session.CanConfigureAwait ? ".ConfigureAwait(false)" : string.Empty)}";
}
