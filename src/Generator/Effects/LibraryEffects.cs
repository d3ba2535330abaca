using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Generator.Effects;

/// <summary>What calls of data libraries do beside reading.</summary>
internal sealed class LibraryEffects(DataLibraries? libraries)
{
    private const string EntityFramework = "Microsoft.EntityFrameworkCore";

    /// <summary>Members of a context that change what it keeps, without sending anything.</summary>
    private static readonly string[] Tracking = ["Add", "Attach", "Update", "Remove"];

    /// <summary>Parts of a query after which no entity comes back that the context keeps.</summary>
    private static readonly string[] Untracked =
    [
        "AsNoTracking",
        "ProjectTo",
        "Count",
        "LongCount",
        "Any",
        "All",
        "Sum",
        "Min",
        "Max",
        "Average",
        "Contains",
    ];

    /// <summary>Members without a result that change nothing that lasts.</summary>
    private static readonly string[] Harmless =
    [
        "Open",
        "Close",
        "Dispose",
        "Prepare",
        "Cancel",
        "Read",
        "Validate",
        "Unprepare",
        "SetCommandTimeout",
    ];

    private static readonly string[] Changing = ["Add", "ChangeDatabase", "Clear", "Insert", "Load", "Reload", "Remove"];

    public bool IsOfLibrary(IMethodSymbol method) =>
        libraries?.Describe(method) is not null
        || DataLibraries.IsPartOfOne(method.ContainingAssembly)
        || (SpaceOf(method) is "System.Data" or "System.Data.Common" && !IsOfTable(method.ContainingType));

    /// <summary>Whether the project's options say that it reads.</summary>
    public bool IsListedRead(IMethodSymbol method) => libraries?.Listed.RoleOf(method) is ListedRole.Read or ListedRole.Primary;

    /// <summary>Whether a member changes what it is called on, and sends nothing: a command's parameters, a context's entries.</summary>
    public static bool ChangesReceiver(IMethodSymbol method) =>
        method is { MethodKind: MethodKind.Ordinary or MethodKind.PropertySet, IsStatic: false }
        && (method.ReturnsVoid ? !Harmless.Any(word => IsForm(method.Name, word)) : Changing.Any(word => IsForm(method.Name, word)));

    /// <summary>Whether a member gives out a part of what it is called on: the entry of an entity, or a list as it is.</summary>
    public static bool HandsOutWhatItKeeps(IMethodSymbol method) =>
        method.Name == "AsList" || method.ReturnType.ContainingNamespace?.ToDisplayString() == EntityFramework + ".ChangeTracking";

    /// <summary>What a member does; null for nothing.</summary>
    public string? Of(IMethodSymbol method)
    {
        if (method.Name == "Update" && IsAdapter(method.ContainingType))
        {
            return "writes by 'Update'";
        }

        switch (libraries?.Describe(method)?.Role)
        {
            case DataRole.SendsForCount:
                return $"sends by '{method.Name}' what need not be a read";
            case DataRole.SendsWrite or DataRole.Writes:
                return $"writes by '{method.Name}'";
            case DataRole.BeginsTransaction or DataRole.CreatesTransactingConnection:
                return $"begins a transaction by '{method.Name}', which could write";
        }

        return SpaceOf(method).StartsWith(EntityFramework, StringComparison.Ordinal) && Tracking.Any(t => IsForm(method.Name, t))
            ? $"changes by '{method.Name}' what its context keeps"
            : null;
    }

    /// <summary>
    /// Whether a query is sent by a context from outside, which keeps the entities that it reads: it would hand those of a run that failed
    /// to the next one, older or newer than what that reads itself.
    /// </summary>
    public string? KeepsEntities(IInvocationOperation call, OwnedValues values)
    {
        var method = call.TargetMethod;
        return
            libraries?.Describe(method.ReducedFrom ?? method)?.Role is DataRole.Reads or DataRole.ReadsQuery or DataRole.SendsRead
            && !IsUntracked(method)
            && OriginOf(call.Instance ?? call.Arguments.FirstOrDefault()?.Value, values) is { } origin
            && Keeps(origin, method, values)
            ? $"reads through a context that keeps what it has read ('{origin.Syntax}'): use AsNoTracking()"
            : null;
    }

    /// <summary>The context that a query goes through, or where it is made; null where nothing of it is tracked.</summary>
    private static IOperation? OriginOf(IOperation? source, OwnedValues values)
    {
        while (source is not null && !IsContext(source.Type))
        {
            var before = source switch
            {
                IConversionOperation conversion => conversion.Operand,
                ITranslatedQueryOperation query => query.Operation,
                IInvocationOperation step when IsUntracked(step.TargetMethod) || ProjectedValues.AreOf(step) => null,
                IInvocationOperation step when step.TargetMethod.Locations.Any(static l => l.IsInSource) => source,
                IInvocationOperation step => step.Instance ?? step.Arguments.FirstOrDefault()?.Value,
                IPropertyReferenceOperation { Instance: { } instance } => instance,
                ILocalReferenceOperation { Local: var local } => values.MadeOf(local) ?? source,
                _ => source,
            };
            if (ReferenceEquals(before, source))
            {
                return source;
            }

            source = before;
        }

        return source;
    }

    private static bool IsUntracked(IMethodSymbol method) => Untracked.Any(u => IsForm(method.Name, u));

    // Of a query that is made elsewhere nobody knows; only EF Core's own members say that it is one of a context.
    private static bool Keeps(IOperation source, IMethodSymbol method, OwnedValues values) =>
        IsContext(source.Type)
            ? !values.IsMade(source)
            : SpaceOf(method) == EntityFramework && source.Type is { Name: "IQueryable" or "IOrderedQueryable" };

    /// <summary>Whether it is one of EF Core's contexts.</summary>
    public static bool IsContext(ITypeSymbol? type) => Derives(type, "DbContext", EntityFramework);

    private static bool IsAdapter(ITypeSymbol? type) => Derives(type, "DataAdapter", "System.Data.Common");

    // A table in memory, its rows and its columns belong to no library.
    private static bool IsOfTable(ITypeSymbol? type) =>
        type is { ContainingNamespace: { Name: "Data" }, Name: var name }
        && (name.StartsWith("Data", StringComparison.Ordinal) || name.Contains("Row") || name is "InternalDataCollectionBase");

    private static bool Derives(ITypeSymbol? type, string name, string space)
    {
        for (var current = type; current is not null; current = current.BaseType)
        {
            if (current.Name == name && current.ContainingNamespace?.ToDisplayString() == space)
            {
                return true;
            }
        }

        return false;
    }

    // AddAsync and AddRange are forms of Add; AddressOf is none.
    private static bool IsForm(string name, string word) =>
        name.StartsWith(word, StringComparison.Ordinal) && (name.Length == word.Length || char.IsUpper(name[word.Length]));

    private static string SpaceOf(IMethodSymbol method) => method.ContainingNamespace?.ToDisplayString() ?? string.Empty;
}
