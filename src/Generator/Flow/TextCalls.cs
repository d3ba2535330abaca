using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Sql;

namespace MonotonicReads.Generator.Flow;

/// <summary>Calls of <see cref="string"/> whose result keeps the head of a command text.</summary>
internal static class TextCalls
{
    private static readonly Regex Placeholder = new(@"\{\d+[^{}]*\}", RegexOptions.CultureInvariant);

    public static Value Evaluate(IMethodSymbol method, Value receiver, Value[] arguments) =>
        method.Name switch
        {
            "Concat" => Value.Unknown.WithTexts(arguments.Select(a => a.Texts).DefaultIfEmpty(Items<string>.Empty).Aggregate(Value.Concat)),
            "Join" when arguments.Length > 1 => Value.Unknown.WithTexts(
                arguments
                    .Skip(1)
                    .Select(a => a.Texts)
                    .Aggregate((joined, next) => Value.Concat(Value.Concat(joined, arguments[0].Texts), next))
            ),
            "Format" => Value.Unknown.WithTexts(Formatted(method, arguments)),
            "Intern" => arguments[0],
            "Trim"
            or "TrimStart"
            or "TrimEnd"
            or "ToLower"
            or "ToUpper"
            or "ToLowerInvariant"
            or "ToUpperInvariant"
            or "ToString"
            or "Normalize"
            or "ReplaceLineEndings"
            or "Replace" => receiver,
            _ => Value.Unknown,
        };

    /// <summary>A composite format, the first argument but for a provider, with its placeholders as holes.</summary>
    public static Items<string> Formatted(IMethodSymbol method, Value[] arguments) =>
        [
            .. arguments[method.Parameters[0].Type.Name == "IFormatProvider" ? 1 : 0]
                .Texts.Select(f => Placeholder.Replace(f, SqlText.Unknown)),
        ];
}
