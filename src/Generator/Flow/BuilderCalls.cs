using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls of a <see cref="System.Text.StringBuilder"/>, whose text is tracked from its creation on.</summary>
internal static class BuilderCalls
{
    public static Value Evaluate(FlowContext context, IMethodSymbol method, Value receiver, Value[] arguments)
    {
        switch (method.Name)
        {
            case "ToString" when receiver.Object is { } builder:
                return Value.Unknown.WithTexts(context[builder].Texts);
            case "Append" or "AppendLine" or "AppendFormat" or "AppendJoin":
                foreach (var builder in receiver.Objects)
                {
                    var tracked = context[builder];
                    var appended = method.Name switch
                    {
                        "AppendFormat" => TextCalls.Formatted(method, arguments),
                        "AppendJoin" => [],
                        "AppendLine" => arguments.Length == 0 ? ["\n"] : Value.Concat(arguments[0].Texts, ["\n"]),
                        _ => arguments[0].Texts,
                    };
                    context.Update(builder, tracked with { Texts = Value.Concat(tracked.Texts, appended) });
                }

                return receiver;
            case "Clear":
                foreach (var builder in receiver.Objects)
                {
                    context.Update(builder, context[builder] with { Texts = [string.Empty] });
                }

                return receiver;
            default:
                return receiver;
        }
    }
}
