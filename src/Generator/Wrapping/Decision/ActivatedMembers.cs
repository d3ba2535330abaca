using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Wrapping.Decision;

/// <summary>The annotated members of a class that a framework activates: which of them no wrapper can stand before.</summary>
internal sealed class ActivatedMembers
{
    private readonly HashSet<IMethodSymbol> _outOfReach = new(SymbolEqualityComparer.Default);

    private ActivatedMembers(FrameworkActivation activation, AnnotationSurvey survey, Compilation compilation)
    {
        var own = new HashSet<IMethodSymbol>(survey.AnnotatedHere, SymbolEqualityComparer.Default);
        var obstacles = new List<Obstacle>();
        foreach (var group in survey.Implemented)
        {
            if (group.Annotation is not { NeedsSession: true })
            {
                continue;
            }

            if (activation.IsOutOfReach(group.Implementation, group.Methods.Skip(1)))
            {
                if (own.Contains(group.Implementation) || survey.IsTypeAnnotated)
                {
                    Decline(group.Implementation, owes: true);
                }
                else
                {
                    DeclineContract(group.Implementation);
                }
            }
            else
            {
                LeavesSome = true;
            }
        }

        foreach (var (method, _) in survey.Outside)
        {
            Decline(method, survey.OwesAnswer(method));
        }

        Obstacles = obstacles.Distinct().ToImmutableArray();

        void Decline(IMethodSymbol method, bool owes)
        {
            _outOfReach.Add(method);
            var isOwn = own.Contains(method);
            if (owes && !(isOwn ? activation.Honours(method, compilation) : activation.HonoursType(compilation)))
            {
                obstacles.Add(activation.ObstacleAt(isOwn ? survey.PlaceOf(method) : survey.Type, compilation));
            }
        }

        // The class bears no annotation that could be taken away: a session in code keeps what the interface's promises.
        void DeclineContract(IMethodSymbol method)
        {
            _outOfReach.Add(method);
            if (SymbolEqualityComparer.Default.Equals(survey.PlaceOf(method), method) && !SessionInCode.MayBeginIn(method))
            {
                obstacles.Add(activation.ObstacleAt(method, compilation));
            }
        }
    }

    /// <summary>Where an annotation promises what nothing keeps.</summary>
    public ImmutableArray<Obstacle> Obstacles { get; }

    /// <summary>Whether a wrapper is of use to other annotated members.</summary>
    public bool LeavesSome { get; private set; }

    /// <summary>Null for a class that no framework activates.</summary>
    public static ActivatedMembers? Of(AnnotationSurvey survey, Compilation compilation) =>
        FrameworkActivation.Of(survey.Type) is { } activation ? new ActivatedMembers(activation, survey, compilation) : null;

    public bool AreWithout(IMethodSymbol implementation) => !_outOfReach.Contains(implementation);
}
