using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// Work that a call starts beside the method: part of it where the method waits for it, and a worker of its own where it does not.
/// </summary>
internal static class StartedWork
{
    public static bool IsStarted(IMethodSymbol method) =>
        (method.ContainingType?.Name, method.Name) is ("Task", "Run") or ("TaskFactory", "StartNew") or (_, "ContinueWith")
        || (method.ContainingType?.Name == "ThreadPool" && method.Name.Contains("Queue"));

    /// <summary>False where nothing ever waits for the task: it is dropped, or only kept.</summary>
    public static bool IsWaitedFor(IInvocationOperation start)
    {
        IOperation task = start;
        while (true)
        {
            switch (task.Parent)
            {
                case IConversionOperation or IParenthesizedOperation:
                    task = task.Parent;
                    break;
                case IInvocationOperation { TargetMethod.Name: "ConfigureAwait" or "Unwrap" or "ContinueWith" or "AsTask" } chained
                    when ReferenceEquals(chained.Instance, task):
                    task = chained;
                    break;
                case IArgumentOperation { Parameter.Ordinal: 0, Parent: IInvocationOperation { TargetMethod: { } extension } chained }
                    when extension.IsExtensionMethod && (extension.ReturnsVoid || extension.Name == "Unwrap"):
                    // `Forget()` and the like: whatever a task is handed to that gives nothing back.
                    task = chained;
                    break;
                case IExpressionStatementOperation:
                    return false;
                case null:
                    // The root of a block: a value that a branch takes is returned or thrown.
                    return !(task is IInvocationOperation && task.Syntax.Parent is ExpressionStatementSyntax);
                case ISimpleAssignmentOperation assignment when ReferenceEquals(assignment.Value, task):
                    return IsUsed(assignment);
                default:
                    return true;
            }
        }
    }

    private static bool IsUsed(ISimpleAssignmentOperation assignment)
    {
        switch (assignment.Target)
        {
            case IDiscardOperation:
                return false;
            case ILocalReferenceOperation { Local: { } local }:
                return Mentions(assignment.Syntax, local.Name) > 1;
            case IFieldReferenceOperation { Field: { } field }:
                return Mentions(assignment.Syntax, field.Name) > 1;
            case IPropertyReferenceOperation { Property: { } property }:
                return Mentions(assignment.Syntax, property.Name) > 1;
            case IFlowCaptureReferenceOperation { Syntax: ExpressionSyntax held } when NameOf(held) is { } name:
                // `worker ??= Task.Run(...)`
                return Mentions(assignment.Syntax, name) > 1;
            default:
                return true;
        }
    }

    private static string? NameOf(ExpressionSyntax held) =>
        held switch
        {
            IdentifierNameSyntax name => name.Identifier.ValueText,
            MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
            _ => null,
        };

    /// <summary>How often the body around names a variable.</summary>
    private static int Mentions(SyntaxNode inside, string name)
    {
        SyntaxNode body =
            inside.FirstAncestorOrSelf<MemberDeclarationSyntax>(static m => m is not GlobalStatementSyntax) ?? inside.SyntaxTree.GetRoot();
        return body.DescendantTokens().Count(t => t.ValueText == name);
    }
}
