using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace MonotonicReads.Generator.Effects;

/// <summary>Whose is what a call outside the compilation gives out.</summary>
internal static class FrameworkResults
{
    public static Ownership Of(IInvocationOperation call, IOperation? receiver, OwnedValues values)
    {
        var method = call.TargetMethod;
        var space = FrameworkEffects.SpaceOf(method);
        if (space == "Microsoft.Extensions.DependencyInjection" && !OwnedValues.MakesNew(method))
        {
            // What a provider gives out it may have given out before; a context is the scope's.
            return LibraryEffects.IsContext(call.Type) ? values.Of(receiver) : Ownership.None;
        }

        if (space is "AutoMapper" or "Mapster" or "MapsterMapper")
        {
            return MappedValues.Of(call, values);
        }

        if (receiver is not null && space != "System.Linq" && !TakesOver(space, method))
        {
            var whole = values.Of(receiver);
            return OwnedValues.MakesNew(method) ? (whole.IsMade ? WithOthers(call, receiver, whole, values) : Ownership.CopyAs(call.Type))
                : whole.IsMade ? WithOthers(call, receiver, whole, values).Part(call.Type, values.Compilation)
                : Ownership.None;
        }

        var made = WithArguments(call, Ownership.All, values);
        return OwnedValues.MakesNew(method) ? made
            : method.Name.StartsWith("As", StringComparison.Ordinal) && !made.Equals(Ownership.All) ? Ownership.None
            : made.Part(call.Type, values.Compilation);
    }

    /// <summary>Makes a new object of what it is handed, and keeps neither.</summary>
    private static bool TakesOver(string space, IMethodSymbol method) =>
        space == "Microsoft.Extensions.Configuration" && method.Name is "Get" or "GetValue";

    private static Ownership WithArguments(IInvocationOperation call, Ownership whole, OwnedValues values) =>
        WithOthers(call, receiver: null, whole, values);

    // An extension's receiver is an argument too, and has been looked at.
    private static Ownership WithOthers(IInvocationOperation call, IOperation? receiver, Ownership whole, OwnedValues values)
    {
        foreach (var argument in call.Arguments.Where(argument => !ReferenceEquals(argument.Value, receiver)))
        {
            whole = whole.With(argument.Value.Type, values.Of(argument.Value));
        }

        return whole;
    }
}
