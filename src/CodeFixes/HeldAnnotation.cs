using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.CodeFixes;

/// <summary>What an annotation of a method's own holds for, before it is taken away.</summary>
internal static class HeldAnnotation
{
    /// <summary>
    /// Whether it holds for this method alone and nothing else would hold instead: no override and no implementation has it from here, in
    /// any project, and neither the class nor a contract says anything.
    /// </summary>
    public static async Task<bool> IsOfMethodAloneAsync(Project project, IMethodSymbol method, CancellationToken cancellation)
    {
        if (
            ConsistencyAnnotations.NearestBesideOwn(method, includeAssembly: false) is not null
            || await project.GetCompilationAsync(cancellation).ConfigureAwait(false) is not { } own
            || !AssumedAnnotation.IsInheritedByNobody(method, own, cancellation)
        )
        {
            return false;
        }

        foreach (
            var other in await AnnotatableMethods.DependentsOfAsync(project, method.ContainingType, cancellation).ConfigureAwait(false)
        )
        {
            if (
                await other.GetCompilationAsync(cancellation).ConfigureAwait(false) is { } compilation
                && AnnotatableMethods.In(compilation, method) is { } same
                && !AssumedAnnotation.IsInheritedByNobody(same, compilation, cancellation)
            )
            {
                return false;
            }
        }

        return true;
    }
}
