using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Calls;
using MonotonicReads.Generator.Effects;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Reads;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>MR1011: a member that is to be run again where its replica is lost, and is not proved to do nothing but read.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MR1011CannotRunAgain : DiagnosticAnalyzer
{
    /// <summary>The rule's id.</summary>
    public const string Id = "MR1011";

    private static readonly DiagnosticDescriptor Rule = new(
        Id,
        "Series cannot be run again",
        "'{0}' is to run again where its replica is lost (ReplicaLoss.Restart), but {1}",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "Under ReplicaLoss.Restart the wrapper makes the call once more, up to twice, where the session loses its replica in "
            + "the middle. Whatever the member does beside reading it then does again, unless the caller has a part of the result already, "
            + "which cannot be taken back.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    private static readonly HashSet<string> OnlyOnce = new(StringComparer.Ordinal)
    {
        "Stream",
        "TextReader",
        "IEnumerator",
        "IAsyncEnumerator",
        "IAsyncEnumerable",
        "IDataReader",
        "DbDataReader",
        "PipeReader",
        "ChannelReader",
    };

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Rule);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterCompilationStartAction(static start =>
        {
            if (
                start.Compilation.GetTypesByMetadataName("MonotonicReads.MonotonicAttribute").IsEmpty
                || !AnnotationNames.MayConcern(start.Compilation)
            )
            {
                return;
            }

            var reads = new CompilationReads(start.Compilation, start.Options);
            var reported = new ConcurrentDictionary<IMethodSymbol, bool>(SymbolEqualityComparer.Default);
            if (WebHandlers.HasPackage(start.Compilation))
            {
                start.RegisterSymbolAction(static context => RestartingHandlers.Report(context, Rule), SymbolKind.NamedType);
                start.RegisterSyntaxNodeAction(
                    static context => RestartingHandlers.ReportLambda(context, Rule),
                    SyntaxKind.ParenthesizedLambdaExpression
                );
                start.RegisterSyntaxNodeAction(
                    static context => RestartingHandlers.ReportLocalFunction(context, Rule),
                    SyntaxKind.LocalFunctionStatement
                );
            }

            start.RegisterSymbolAction(context => Check((INamedTypeSymbol)context.Symbol, context, reads, reported), SymbolKind.NamedType);
        });
    }

    private static void Check(
        INamedTypeSymbol type,
        SymbolAnalysisContext context,
        CompilationReads reads,
        ConcurrentDictionary<IMethodSymbol, bool> reported
    )
    {
        var decision = WrappingDecision.For(type, context.Compilation);
        OutsideEffects? effects = null;
        foreach (var method in decision.CoveredMethods)
        {
            if (
                decision.CoverageOf(method) is not { Annotation: { Restarts: true } annotation }
                || method.Locations.FirstOrDefault(static l => l.IsInSource) is not { } place
                || !reported.TryAdd(method.OriginalDefinition, true)
            )
            {
                continue;
            }

            effects ??= new OutsideEffects(context.Compilation, reads.Summaries?.Libraries, context.CancellationToken);
            if (WhyNot(method.OriginalDefinition, effects, reads, context.CancellationToken) is var (why, at))
            {
                var declared = DeclaredAt(annotation, context.CancellationToken);
                context.ReportDiagnostic(
                    Diagnostic.Create(
                        Rule,
                        place,
                        additionalLocations: new[] { declared, at }.OfType<Location>(),
                        declared is null
                            ? ImmutableDictionary<string, string?>.Empty
                            : ImmutableDictionary<string, string?>.Empty.Add(DeclaredProperty, null),
                        ReportPlace.NameOf(method),
                        why
                    )
                );
            }
        }
    }

    /// <summary>A property of reports whose first additional location is the policy as it is written.</summary>
    public const string DeclaredProperty = "Declared";

    private static (string Why, Location? At)? WhyNot(
        IMethodSymbol method,
        OutsideEffects effects,
        CompilationReads reads,
        CancellationToken cancellation
    )
    {
        if (RunningAgain.WhyNot(method) is { } shape)
        {
            return (shape, null);
        }

        if (method.Parameters.FirstOrDefault(static p => IsReadOnce(p.Type)) is { } parameter)
        {
            return ($"its argument '{parameter.Name}' can be read only once", null);
        }

        if (effects.Of(method, Owned.Nothing) is { } effect)
        {
            return ("it " + effect.What, effect.Syntax.GetLocation());
        }

        return FirstWrite(method, reads, cancellation) is { } write ? ($"it writes by {write.Name}", write.At) : null;
    }

    // What the text of a statement says that a library sends for its rows.
    private static (string Name, Location At)? FirstWrite(IMethodSymbol method, CompilationReads reads, CancellationToken cancellation)
    {
        if (reads.Summaries is not { } summaries)
        {
            return null;
        }

        var search = summaries.Begin(cancellation);
        foreach (var body in ForeignBodies.SyntaxOf(method, cancellation))
        {
            if (summaries.ModelOf(body.SyntaxTree) is { } model && search.OfBody(method, body, model).FirstWrite is { } write)
            {
                return (FaultMessage.Named(write), write.Location);
            }
        }

        return null;
    }

    private static bool IsReadOnce(ITypeSymbol type)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (
                OnlyOnce.Contains(current.Name)
                && current.ContainingNamespace?.ToDisplayString().StartsWith("System", StringComparison.Ordinal) == true
            )
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where the policy is written; null where that is in no attribute of the source.</summary>
    internal static Location? DeclaredAt(Annotation annotation, CancellationToken cancellation) =>
        (annotation.Data?.ApplicationSyntaxReference?.GetSyntax(cancellation) as AttributeSyntax)
            ?.ArgumentList?.Arguments.FirstOrDefault(static a => a.NameEquals?.Name.Identifier.ValueText == "OnReplicaLoss")
            ?.Expression.GetLocation();
}
