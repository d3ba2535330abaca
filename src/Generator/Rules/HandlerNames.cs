using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Flow;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// What the handlers that one member maps are called. In the baseline the second of one name has a number: <c>GET /orders#2</c>.
/// </summary>
internal sealed class HandlerNames(IReadOnlyList<HandlerLambda> handlers, SemanticModel model, CancellationToken cancellation)
{
    private readonly Lazy<Dictionary<HandlerLambda, string>> _names = new(() =>
        handlers.ToDictionary(static h => h, h => new HandlerName(model, cancellation).Of(h.Mapping))
    );

    private Dictionary<HandlerLambda, string>? _baselineNames;

    public string Of(HandlerLambda handler) => _names.Value[handler];

    public string BaselineNameOf(HandlerLambda handler) => (_baselineNames ??= BaselineNames())[handler];

    private Dictionary<HandlerLambda, string> BaselineNames()
    {
        var inOrder = handlers.OrderBy(static h => h.Lambda.Syntax.SpanStart).ToList();
        var ids = BaselineFile.HandlerIds(inOrder.Select(Of));
        return Enumerable.Range(0, inOrder.Count).ToDictionary(i => inOrder[i], i => ids[i]);
    }
}
