using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Flow;

/// <summary>
/// Decides how a call uses its lambda arguments. Only known operators run one per element; registrations keep it for
/// later; every other call is taken to run it once.
/// </summary>
internal static class LambdaArguments
{
    private static readonly string[] Registrations =
    [
        "Add",
        "Map",
        "On",
        "Register",
        "Subscribe",
        "Use",
        "Configure",
        "Schedule",
        "Enqueue",
        "Queue",
        "Bind",
        "Handle",
        "When",
        "Setup",
        "Begin",
    ];

    public static LambdaUse Use(IInvocationOperation invocation)
    {
        var method = invocation.TargetMethod;
        if (StartedWork.IsStarted(method))
        {
            return StartedWork.IsWaitedFor(invocation) ? LambdaUse.Once : LambdaUse.Later;
        }

        return method.Name is "Select" or "Zip" && IsOfLinq(method) && IsTakenOnce(invocation) ? LambdaUse.Once : Use(method);
    }

    /// <summary>How often a method runs the delegates that it takes, judged by what it is alone.</summary>
    public static LambdaUse Use(IMethodSymbol method)
    {
        var type = method.ContainingType;
        if (
            IsOfLinq(method)
            || method.Name.StartsWith("ForEach", StringComparison.Ordinal)
            || (type is { Name: "Parallel" } && method.Name == "For")
            || (
                type is { Name: "List" or "Array", ContainingNamespace.Name: "Generic" or "System" }
                && method.Name is "ConvertAll" or "FindAll" or "Find" or "Exists" or "RemoveAll" or "TrueForAll"
            )
        )
        {
            return LambdaUse.PerElement;
        }

        foreach (var verb in Registrations)
        {
            if (
                method.Name.StartsWith(verb, StringComparison.Ordinal)
                && (method.Name.Length == verb.Length || char.IsUpper(method.Name[verb.Length]))
            )
            {
                // ConcurrentDictionary.AddOrUpdate calls back before it returns.
                return method.Name is "AddOrUpdate" ? LambdaUse.Once : LambdaUse.Later;
            }
        }

        return LambdaUse.Once;
    }

    private static bool IsOfLinq(IMethodSymbol method) =>
        method.ContainingType.ContainingNamespace is { Name: "Linq", ContainingNamespace.Name: "System" };

    /// <summary>True where whatever walks through the sequence stops at its first element.</summary>
    private static bool IsTakenOnce(IOperation sequence)
    {
        while (true)
        {
            switch (sequence.Parent)
            {
                case IConversionOperation or IParenthesizedOperation or IAwaitOperation or ITranslatedQueryOperation:
                    sequence = sequence.Parent;
                    break;
                case IArgumentOperation { Parameter.Ordinal: 0, Parent: IInvocationOperation { TargetMethod: { } taken } operation }
                    when IsOfLinq(taken):
                    switch (taken.Name)
                    {
                        case "First" or "FirstOrDefault" or "Any" or "FirstAsync" or "FirstOrDefaultAsync" or "AnyAsync":
                            return !operation.Arguments.Any(static a => a.Parameter?.Type.TypeKind == TypeKind.Delegate);
                        case "Take":
                            return operation.Arguments[1].Value.ConstantValue is { HasValue: true, Value: 1 };
                        case "ElementAt" or "ElementAtOrDefault":
                            return operation.Arguments[1].Value.ConstantValue is { HasValue: true, Value: 0 };
                        case "Select" or "Cast" or "AsEnumerable" or "DefaultIfEmpty":
                            sequence = operation;
                            break;
                        default:
                            return false;
                    }

                    break;
                default:
                    return false;
            }
        }
    }
}

/// <summary>How often a lambda that is handed to a call runs during that call.</summary>
internal enum LambdaUse
{
    Once,
    PerElement,
    Later,
}
