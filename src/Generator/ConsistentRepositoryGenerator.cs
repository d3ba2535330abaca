using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Emit;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Planning;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator;

/// <summary>
/// Writes <c>ConsistentX</c> for each class X whose members are annotated, on themselves, their type, or the interface
/// or base member that they implement. It reports nothing: what it leaves out, MR2001 names.
/// </summary>
[Generator(LanguageNames.CSharp)]
public sealed class ConsistentRepositoryGenerator : IIncrementalGenerator
{
    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var annotated = Annotated(context, "MonotonicReads.MonotonicAttribute")
            .Combine(Annotated(context, "MonotonicReads.CausalAttribute"))
            .Combine(Annotated(context, "MonotonicReads.GlobalAttribute"))
            .Combine(Annotated(context, "MonotonicReads.PrimaryAttribute"))
            .Select(
                static (found, _) =>
                    found.Left.Left.Left.AddRange(found.Left.Left.Right).AddRange(found.Left.Right).AddRange(found.Right).ToEquatableArray()
            );

        var referenced = context
            .MetadataReferencesProvider.Collect()
            .Select(static (references, cancellation) => ReferencedContracts.Of(references, cancellation))
            .WithTrackingName(TrackingNames.ReferencedContracts);

        var contracts = annotated
            .Combine(referenced)
            .Select(static (found, _) => AnnotatedType.Contracts(found.Left, found.Right))
            .WithTrackingName(TrackingNames.Contracts);

        var implementers = contracts
            .Combine(context.CompilationProvider)
            .Select(static (found, cancellation) => Implementers.Of(found.Left, found.Right, cancellation))
            .WithTrackingName(TrackingNames.Implementers);

        var planned = context
            .AdditionalTextsProvider.Where(static file => PlansFile.IsOne(file))
            .Select(static (file, cancellation) => PlannedReads.In(file, cancellation))
            .WithTrackingName(TrackingNames.PlansFiles)
            .Collect()
            .Select(static (files, _) => PlannedReads.Of(files))
            .WithTrackingName(TrackingNames.PlannedReads);

        var memory = new PlanMemory();
        var plans = annotated
            .Combine(implementers)
            .SelectMany(static (found, _) => Candidate.Distinct(found.Left, found.Right))
            .WithTrackingName(TrackingNames.Candidates)
            .Combine(planned)
            .Combine(context.CompilationProvider)
            .Select(
                (found, cancellation) =>
                {
                    cancellation.ThrowIfCancellationRequested();
                    return memory.Get(found.Left.Left, found.Right, found.Left.Right, Plan);
                }
            )
            .WithTrackingName(TrackingNames.Plans);

        context.RegisterSourceOutput(
            plans,
            static (output, plan) =>
            {
                if (plan is not null)
                {
                    output.AddSource(plan.HintName, WrapperSource.Write(plan));
                }
            }
        );
    }

    private static IncrementalValueProvider<ImmutableArray<AnnotatedType>> Annotated(
        IncrementalGeneratorInitializationContext context,
        string attribute
    ) =>
        context
            .SyntaxProvider.ForAttributeWithMetadataName(
                attribute,
                static (_, _) => true,
                static (found, _) => AnnotatedType.Of(found.TargetSymbol)
            )
            .Where(static type => type is not null)
            .Select(static (type, _) => type!)
            .WithTrackingName(TrackingNames.Annotated)
            .Collect();

    private static WrapperPlan? Plan(Candidate candidate, Compilation compilation, AskedReads planned)
    {
        if (compilation.Assembly.GetTypeByMetadataName(candidate.MetadataName) is not { } type)
        {
            return null;
        }

        var decision = WrappingDecision.For(type, compilation);
        return decision.Outcome == WrappingOutcome.Wrapped
            ? WrapperPlanner.Plan(type, decision, candidate.HintName, compilation, planned)
            : null;
    }
}
