using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Names;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// The rules about how wrappers are used. Where no file names an annotation or a session, and no referenced project does, nothing is looked
/// at. Each looks at syntax first, and binds only what bears the name of a wrapped class, stands in one, or stands in a session that the
/// code begins.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class WrapperRulesAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        ImmutableArray.Create(
            MR2002WrapperBypassed.Descriptor,
            MR2003SelfCall.Descriptor,
            MR2004DeferredResult.Descriptor,
            MR2005TaskNotAwaited.Descriptor
        );

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterCompilationStartAction(static start =>
        {
            if (start.Compilation.GetTypesByMetadataName("MonotonicReads.MonotonicAttribute").IsEmpty)
            {
                return;
            }

            var mayConcern = AnnotationNames.MayConcern(start.Compilation);
            var mayBegin = AnnotationNames.MayBeginSession(start.Compilation);
            var classes = new Lazy<WrappedClasses>(() => new WrappedClasses(start.Compilation));
            if (mayConcern)
            {
                if (!MR2002WrapperBypassed.IsTestProject(start.Compilation))
                {
                    var names = new Lazy<WrittenTypeNames>(() => new WrittenTypeNames(classes.Value, start.Compilation));
                    start.RegisterSyntaxNodeAction(
                        c => MR2002WrapperBypassed.ReportCreation(c, classes.Value, names.Value),
                        SyntaxKind.ObjectCreationExpression,
                        SyntaxKind.ImplicitObjectCreationExpression,
                        SyntaxKind.InvocationExpression
                    );
                    start.RegisterSyntaxNodeAction(
                        c => MR2002WrapperBypassed.ReportRegistration(c, classes.Value, names.Value),
                        SyntaxKind.ObjectCreationExpression,
                        SyntaxKind.ImplicitObjectCreationExpression,
                        SyntaxKind.InvocationExpression
                    );
                }

                start.RegisterSyntaxNodeAction(c => MR2003SelfCall.Report(c, classes.Value), SyntaxKind.InvocationExpression);
                start.RegisterSymbolAction(c => MR2004DeferredResult.ReportMembers(c, classes.Value), SymbolKind.NamedType);
            }

            if (mayConcern || mayBegin)
            {
                var reads = new CompilationReads(start.Compilation, start.Options);
                if (mayBegin)
                {
                    start.RegisterSyntaxNodeAction(c => MR2004DeferredResult.ReportSession(c, reads), SyntaxKind.InvocationExpression);
                }

                start.RegisterSyntaxNodeAction(
                    c => MR2005TaskNotAwaited.Report(c, classes.Value, reads),
                    SyntaxKind.ExpressionStatement,
                    SyntaxKind.LocalDeclarationStatement,
                    SyntaxKind.ReturnStatement
                );
            }
        });
    }
}
