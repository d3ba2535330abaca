using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using Microsoft.CodeAnalysis.Text;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Rules;

/// <summary>The plans of a compilation's methods: what their annotations say, and what its plans files do.</summary>
internal sealed class SeriesPlans
{
    private readonly Compilation _compilation;
    private readonly Dictionary<string, PlanLine> _lines = new(StringComparer.Ordinal);
    private readonly List<PlanLine> _again = [];
    private readonly Lazy<WrappedClasses> _classes;

    public SeriesPlans(Compilation compilation, AnalyzerOptions options, CancellationToken cancellation)
    {
        _compilation = compilation;
        _classes = new Lazy<WrappedClasses>(() => new WrappedClasses(compilation));
        Readers = new PlanReaders(options.AnalyzerConfigOptionsProvider.GlobalOptions);
        foreach (var file in options.AdditionalFiles.Where(PlansFile.IsOne))
        {
            if (file.GetText(cancellation) is { } text)
            {
                AddLines(file, text);
            }
        }
    }

    /// <summary>Who else reads the files.</summary>
    public PlanReaders Readers { get; }

    /// <summary>The lines that count, each member once.</summary>
    public IEnumerable<PlanLine> Lines => _lines.Values;

    /// <summary>Lines for a member that has one already.</summary>
    public IReadOnlyList<PlanLine> Again => _again;

    /// <summary>The plan of a method with <c>[Monotonic]</c> or <c>[Causal]</c>, on itself or from around it; null for any other.</summary>
    public SeriesPlan? On(ISymbol symbol, CancellationToken cancellation)
    {
        if (
            symbol is not IMethodSymbol { MethodKind: MethodKind.Ordinary or MethodKind.ExplicitInterfaceImplementation } method
            || DeclarationOf(method, cancellation) is not var (declaration, isAnnotated)
        )
        {
            return null;
        }

        var own =
            isAnnotated
            && Annotation.On(method) is { Kind: AnnotationKind.Monotonic or AnnotationKind.Causal or AnnotationKind.Global } found
                ? found
                : null;
        if (own is { Reads: not 0 })
        {
            return new SeriesPlan(own.Reads, declaration, TakesArgument: true, Member: null, Line: null);
        }

        var nearest = own ?? ConsistencyAnnotations.NearestTo(method, includeAssembly: false);
        if (nearest is not { Reads: 0, Kind: AnnotationKind.Monotonic or AnnotationKind.Causal or AnnotationKind.Global })
        {
            return null;
        }

        var member = CoverageOf(method) is { Reads: 0 } ? PlansFile.MemberId(method) : null;
        return member is not null && _lines.TryGetValue(member, out var line)
                ? new SeriesPlan(line.Entry.Reads, declaration, own is not null, member, line.Location)
            : member is not null || own is not null ? new SeriesPlan(0, declaration, own is not null, member, Line: null)
            : null;
    }

    /// <summary>Whether the files say anything, so that a body with few reads has to be asked about.</summary>
    public bool HasLines => _lines.Count > 0;

    /// <summary>The annotation under which a wrapper opens a session for the method; null where none does.</summary>
    public Annotation? CoverageOf(IMethodSymbol method)
    {
        var type = method.ContainingType.OriginalDefinition;
        if (_classes.Value.Of(type)?.Decision is { } decision)
        {
            return In(decision, method);
        }

        return type is { IsSealed: false, TypeKind: TypeKind.Class, IsStatic: false }
            ? Heirs
                .Of(type, _compilation)
                .Skip(1)
                .Select(heir => _classes.Value.Of(heir)?.Decision is { } inherited ? In(inherited, method) : null)
                .FirstOrDefault(static annotation => annotation is not null)
            : null;
    }

    private static Annotation? In(WrappingDecision decision, IMethodSymbol method) =>
        decision.CoveredMethods.FirstOrDefault(m => SymbolEqualityComparer.Default.Equals(m.OriginalDefinition, method.OriginalDefinition))
            is { } covered
        && decision.CoverageOf(covered)?.Annotation
            is { Kind: AnnotationKind.Monotonic or AnnotationKind.Causal or AnnotationKind.Global } annotation
            ? annotation
            : null;

    private void AddLines(AdditionalText file, SourceText text)
    {
        foreach (var (span, _, entry) in PlansFile.Lines(text))
        {
            if (entry is not { } known)
            {
                continue;
            }

            var line = new PlanLine(known, Location.Create(file.Path, span, text.Lines.GetLinePositionSpan(span)));
            if (_lines.ContainsKey(known.Member))
            {
                _again.Add(line);
            }
            else
            {
                _lines.Add(known.Member, line);
            }
        }
    }

    /// <summary>The declaration with a body, one that bears an annotation of ours before one that does not.</summary>
    private static (MethodDeclarationSyntax Declaration, bool IsAnnotated)? DeclarationOf(
        IMethodSymbol method,
        CancellationToken cancellation
    )
    {
        var declarations = method
            .DeclaringSyntaxReferences.Select(reference => reference.GetSyntax(cancellation))
            .OfType<MethodDeclarationSyntax>()
            .ToList();
        // By what the attributes are, whatever name they have here.
        var annotated = method
            .GetAttributes()
            .Where(static a =>
                Annotation.KindOf(a.AttributeClass) is AnnotationKind.Monotonic or AnnotationKind.Causal or AnnotationKind.Global
            )
            .Select(a => a.ApplicationSyntaxReference?.GetSyntax(cancellation).FirstAncestorOrSelf<MethodDeclarationSyntax>())
            .FirstOrDefault(d => d is not null && declarations.Contains(d));
        return annotated is not null ? (annotated, true)
            : declarations.Count > 0 ? (declarations[0], false)
            : null;
    }
}

/// <summary>A line of a plans file.</summary>
/// <param name="Entry">What it says.</param>
/// <param name="Location">Where.</param>
internal sealed record PlanLine(PlanEntry Entry, Location Location);
