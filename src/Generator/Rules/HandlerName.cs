using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Rules;

/// <summary>What a handler is called: by its route, <c>GET /orders/{id}</c>, or by the call that maps it, <c>On OrderChanged</c>.</summary>
internal sealed class HandlerName(SemanticModel model, CancellationToken cancellation)
{
    /// <summary>Stands for what is known at run time only.</summary>
    private const string Unknown = "…";

    /// <summary>Initialisers of initialisers further down than this are not looked at.</summary>
    private const int MaxDepth = 16;

    private int _depth;

    public string Of(IInvocationOperation mapping)
    {
        // As it was written: in a graph some operands are captured before.
        mapping = model.GetOperation(mapping.Syntax, cancellation) as IInvocationOperation ?? mapping;
        var method = mapping.TargetMethod.Name;
        var written = TextIn(mapping) ?? NameOfSubject(mapping);
        var name = VerbOf(mapping) is { } verb ? verb + " " + Joined(PrefixOf(SubjectOf(mapping)), written ?? "") : $"{method} {written}";
        return string.Join(" ", name.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)).Replace(" #", " ");
    }

    private static string? VerbOf(IInvocationOperation mapping)
    {
        switch (mapping.TargetMethod.Name)
        {
            case "MapGet" or "MapPost" or "MapPut" or "MapDelete" or "MapPatch":
                return mapping.TargetMethod.Name.Substring("Map".Length).ToUpperInvariant();
            case "MapMethods":
                var methods = mapping.Arguments.FirstOrDefault(static a => a.Parameter?.Name == "httpMethods");
                var texts = methods
                    ?.Value.Descendants()
                    .Select(static o => o.ConstantValue)
                    .Where(static c => c is { HasValue: true, Value: string });
                return texts?.Any() == true ? string.Join(",", texts.Select(static c => c.Value)) : "MapMethods";
            case "Map" or "MapFallback" or "MapWhen":
                return mapping.TargetMethod.Name;
            default:
                return null;
        }
    }

    /// <summary>The first text that the call is handed.</summary>
    private string? TextIn(IInvocationOperation mapping)
    {
        foreach (var argument in mapping.Arguments)
        {
            switch (argument.Parameter?.Type)
            {
                case { SpecialType: SpecialType.System_String } when argument.ArgumentKind == ArgumentKind.Explicit:
                    return TextOf(argument.Value);
                case { Name: "RoutePattern" }:
                    return argument.Value is IInvocationOperation { Arguments: [var pattern, ..] } ? TextOf(pattern.Value) : Unknown;
            }
        }

        return null;
    }

    /// <summary>A command goes by the name that it was made with.</summary>
    private string? NameOfSubject(IInvocationOperation mapping) =>
        Source(SubjectOf(mapping)) is IObjectCreationOperation { Arguments: [{ Parameter.Name: "name", Value: var name }, ..] }
            ? TextOf(name)
            : null;

    /// <summary>What the groups around a route begin it with.</summary>
    private string PrefixOf(IOperation? builder)
    {
        if (++_depth > MaxDepth || Source(builder) is not IInvocationOperation call)
        {
            return "";
        }

        var outer = PrefixOf(SubjectOf(call));
        return call.TargetMethod.Name == "MapGroup" ? Joined(outer, TextIn(call) ?? "") : outer;
    }

    private static string Joined(string prefix, string route)
    {
        var separator = route.Length == 0 || route[0] == '/' || route == Unknown ? "" : "/";
        return prefix.TrimEnd('/') + separator + (prefix.Length > 0 && route == "/" ? "" : route) is { Length: > 0 } joined ? joined : "/";
    }

    private string TextOf(IOperation? text)
    {
        text = Source(text);
        return text switch
        {
            null => Unknown,
            { ConstantValue: { HasValue: true, Value: var constant } } => constant as string ?? "",
            IInterpolatedStringOperation interpolated => string.Concat(interpolated.Parts.Select(PartOf)),
            IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum => TextOf(sum.LeftOperand) + TextOf(sum.RightOperand),
            _ => Unknown,
        };
    }

    private string PartOf(IInterpolatedStringContentOperation part) =>
        part switch
        {
            IInterpolatedStringTextOperation { Text: var text } => TextOf(text),
            IInterpolationOperation { Expression: var hole } => TextOf(hole),
            _ => Unknown,
        };

    private static IOperation? SubjectOf(IInvocationOperation call) =>
        call.Instance ?? (call.TargetMethod.IsExtensionMethod ? call.Arguments.FirstOrDefault()?.Value : null);

    /// <summary>The operation itself, or what the local or field that it names was initialised with.</summary>
    private IOperation? Source(IOperation? operation)
    {
        while (++_depth < MaxDepth * 4)
        {
            var next = operation switch
            {
                { ConstantValue.HasValue: true } => null,
                IConversionOperation conversion => conversion.Operand,
                IParenthesizedOperation parenthesized => parenthesized.Operand,
                IAwaitOperation await => await.Operation,
                ILocalReferenceOperation { Local: var local } => InitializerOf(local),
                IFieldReferenceOperation { Field: { IsReadOnly: true } field } => InitializerOf(field),
                _ => null,
            };
            if (next is null)
            {
                break;
            }

            operation = next;
        }

        return operation;
    }

    private IOperation? InitializerOf(ISymbol variable) =>
        variable.DeclaringSyntaxReferences is [var reference]
        && reference.SyntaxTree == model.SyntaxTree
        && reference.GetSyntax(cancellation) is VariableDeclaratorSyntax { Initializer.Value: { } value }
            ? model.GetOperation(value, cancellation)
            : null;
}
