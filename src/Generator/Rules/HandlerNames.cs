using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// What the handlers that one member maps are called. In the baseline the second of one name has a number: <c>GET /orders#2</c>.
/// </summary>
internal sealed class HandlerNames(IReadOnlyList<HandlerLambda> handlers, SemanticModel model, CancellationToken cancellation)
{
    private readonly Lazy<Dictionary<HandlerLambda, string>> _names = new(() =>
        handlers.ToDictionary(static h => h, h => new HandlerName(model, cancellation).Of(h.Mapping))
    );

    public string Of(HandlerLambda handler) => _names.Value[handler];

    public string BaselineNameOf(HandlerLambda handler)
    {
        var name = Of(handler);
        var before = _names.Value.Count(other =>
            other.Value == name && other.Key.Lambda.Syntax.SpanStart < handler.Lambda.Syntax.SpanStart
        );
        return before == 0 ? name : $"{name}#{before + 1}";
    }
}
