using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>
/// Changes a declaration so that its wrapper can reach it, by what keeps it from that; where nothing of the kind helps, the annotation
/// gives way to a session in code. Each change is tried first.
/// </summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakeWrappableFix)), Shared]
public sealed class MakeWrappableFix : RemedyFix
{
    /// <summary>The key of the action that makes a member virtual.</summary>
    public const string VirtualKey = "MonotonicReads.MakeVirtual";

    /// <summary>The key of the action that declares a member in the interface of its class.</summary>
    public const string DeclareKey = "MonotonicReads.DeclareInInterface";

    /// <summary>The key of the action that extracts an interface.</summary>
    public const string ExtractKey = "MonotonicReads.ExtractInterface";

    /// <summary>The key of the action that lets generated code name the class.</summary>
    public const string AccessKey = "MonotonicReads.MakeInternal";

    /// <summary>The key of the action that begins a session in code instead.</summary>
    public const string SessionKey = "MonotonicReads.SessionInsteadOfAnnotation";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = ImmutableArray.Create(MR2001CannotBeWrapped.Id);

    internal override async Task<ImmutableArray<Remedy>> RemediesAsync(
        Document document,
        Diagnostic diagnostic,
        Trials trials,
        CancellationToken cancellation
    )
    {
        if (
            await SourceFile.OfAsync(document, cancellation).ConfigureAwait(false) is not { } file
            || DeclarationAt(file.Root, diagnostic.Location.SourceSpan.Start) is not { } declaration
        )
        {
            return ImmutableArray<Remedy>.Empty;
        }

        var remedies = ImmutableArray.CreateBuilder<Remedy>();
        var symbol = file.Model.GetDeclaredSymbol(declaration, cancellation);
        var type = symbol as INamedTypeSymbol ?? symbol?.ContainingType;
        var methods = AnnotatedMethods.Of(symbol);
        if (type is not null && !methods.IsEmpty && type.DeclaringSyntaxReferences.Length > 0)
        {
            var declared = await ContractMember.OfAsync(declaration, symbol!, type, file, cancellation).ConfigureAwait(false);
            foreach (var remedy in Candidates(declaration, symbol!, type, methods, declared, file, cancellation))
            {
                if (
                    await trials.OfAsync(document.Project, remedy.Edits, type, cancellation).ConfigureAwait(false) is { } trial
                    && methods.All(trial.Covers)
                )
                {
                    remedies.Add(remedy);
                }
            }
        }

        if (await SessionInsteadOf.AnnotationAsync(declaration, file, cancellation).ConfigureAwait(false) is { } session)
        {
            remedies.Add(session);
        }

        return remedies.ToImmutable();
    }

    private static IEnumerable<Remedy> Candidates(
        SyntaxNode declaration,
        ISymbol symbol,
        INamedTypeSymbol type,
        ImmutableArray<IMethodSymbol> methods,
        (INamedTypeSymbol Interface, FileEdit Edit)? declared,
        SourceFile file,
        CancellationToken cancellation
    )
    {
        var name = ReportPlace.NameOf(symbol);
        if (VirtualMember.Of(declaration, symbol) is { } change)
        {
            yield return new Remedy(
                $"Let the wrapper override '{name}', and so open its session (make it virtual)",
                VirtualKey,
                new FileEdit(file.Document.Id, change)
            );
        }

        if (declared is var (contract, edit))
        {
            yield return new Remedy($"Let callers reach '{name}' through its wrapper (declare it in '{contract.Name}')", DeclareKey, edit);
        }

        if (ExtractedInterface.Of(type, methods, file, cancellation) is var (extracted, changes))
        {
            yield return new Remedy(
                $"Let callers reach '{type.Name}' through its wrapper (extract the interface '{extracted}')",
                ExtractKey,
                new FileEdit(file.Document.Id, changes)
            );
        }

        if (NameableClass.Of(type, file, cancellation) is var (how, access))
        {
            yield return new Remedy($"Let generated code name '{type.Name}' ({how})", AccessKey, new FileEdit(file.Document.Id, access));
        }
    }

    private static SyntaxNode? DeclarationAt(SyntaxNode root, int position) =>
        root.FindToken(position)
            .Parent?.AncestorsAndSelf()
            .FirstOrDefault(static n =>
                n
                    is MethodDeclarationSyntax
                        or AccessorDeclarationSyntax
                        or LocalFunctionStatementSyntax
                        or LambdaExpressionSyntax
                        or TypeDeclarationSyntax
            );
}
