using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Names;

namespace MonotonicReads.Generator.Rules;

/// <summary><c>[Eventual]</c> that does not say why stale and out-of-order answers do no harm.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MR1005EventualWithoutReason : DiagnosticAnalyzer
{
    internal const string Id = "MR1005";

    private static readonly DiagnosticDescriptor Descriptor = new(
        Id,
        "[Eventual] without a reason",
        "[Eventual] on '{0}' gives no reason: write down why stale and out-of-order answers do no harm here",
        "MonotonicReads.Reads",
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        description: "[Eventual] silences the rules about reads. The reason is what the next reader has to judge by whether that is still "
            + "right.",
        helpLinkUri: HelpLinks.Of(Id)
    );

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = ImmutableArray.Create(Descriptor);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (AnnotationNames.AreIn(start.Compilation))
            {
                start.RegisterSyntaxNodeAction(Analyze, SyntaxKind.Attribute);
            }
        });
    }

    private static void Analyze(SyntaxNodeAnalysisContext context)
    {
        var attribute = (AttributeSyntax)context.Node;
        if (
            !AnnotationSyntax.IsNamed(attribute, "Eventual")
            || context.SemanticModel.GetSymbolInfo(attribute, context.CancellationToken).Symbol
                is not IMethodSymbol { ContainingType: { } type }
            || Annotation.KindOf(type) != AnnotationKind.Eventual
        )
        {
            return;
        }

        // An argument that is no constant does not compile; one that is missing does not either.
        if (
            attribute.ArgumentList?.Arguments is [{ } reason, ..]
            && context.SemanticModel.GetConstantValue(reason.Expression, context.CancellationToken) is { HasValue: true, Value: var value }
            && string.IsNullOrWhiteSpace(value as string)
        )
        {
            context.ReportDiagnostic(Diagnostic.Create(Descriptor, reason.GetLocation(), TargetOf(attribute)));
        }
    }

    private static string TargetOf(AttributeSyntax attribute) =>
        attribute.Parent?.Parent switch
        {
            MethodDeclarationSyntax method => method.Identifier.ValueText,
            LocalFunctionStatementSyntax local => local.Identifier.ValueText,
            BaseTypeDeclarationSyntax type => type.Identifier.ValueText,
            PropertyDeclarationSyntax property => property.Identifier.ValueText,
            ConstructorDeclarationSyntax constructor => constructor.Identifier.ValueText,
            CompilationUnitSyntax => "the assembly",
            _ => "this member",
        };
}
