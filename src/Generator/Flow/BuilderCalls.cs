using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls of a <see cref="System.Text.StringBuilder"/>, whose text is tracked from its creation on.</summary>
internal static class BuilderCalls
{
    public static Value Evaluate(FlowContext context, IMethodSymbol method, Value receiver, Value[] arguments)
    {
        switch (method.Name)
        {
            case "ToString" or "ToStringAndClear" when receiver.Object is { } builder:
                return Value.Unknown.WithTexts(context[builder].Texts);
            case "Append" or "AppendLine" or "AppendFormat" or "AppendJoin":
                foreach (var builder in receiver.Objects)
                {
                    var tracked = context[builder];
                    var appended = method.Name switch
                    {
                        "AppendFormat" => TextCalls.Formatted(method, arguments),
                        "AppendJoin" => [],
                        "AppendLine" => arguments.Length == 0 ? ["\n"] : Value.Concat(TextOf(context, arguments), ["\n"]),
                        _ => TextOf(context, arguments),
                    };
                    context.Update(builder, tracked with { Texts = Value.Concat(tracked.Texts, appended) });
                }

                return receiver;
            case "AppendLiteral" or "AppendFormatted":
                foreach (var handler in receiver.Objects)
                {
                    var tracked = context[handler];
                    context.Update(handler, tracked with { Texts = Value.Concat(tracked.Texts, arguments[0].Texts) });
                }

                return Value.Unknown;
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

    /// <summary><c>builder.Insert(0, text)</c>.</summary>
    public static Value Prepend(FlowContext context, Value receiver, Value text)
    {
        foreach (var builder in receiver.Objects)
        {
            var tracked = context[builder];
            context.Update(builder, tracked with { Texts = Value.Concat(text.Texts, tracked.Texts) });
        }

        return receiver;
    }

    /// <summary>The framework's handlers of interpolated strings are builders too.</summary>
    public static bool IsHandler(ITypeSymbol? type) =>
        type is { Name: "AppendInterpolatedStringHandler" or "DefaultInterpolatedStringHandler" };

    /// <summary>The text that an argument is, or that a handler has gathered: the last one, behind a format provider.</summary>
    public static Items<string> TextOf(FlowContext context, Value[] arguments)
    {
        for (var i = arguments.Length - 1; i >= 0; i--)
        {
            if (arguments[i].Object is { } handler && context.State.Objects.TryGetValue(handler, out var gathered))
            {
                return gathered.Texts;
            }
        }

        return arguments.Length > 0 ? arguments[0].Texts : [];
    }
}
