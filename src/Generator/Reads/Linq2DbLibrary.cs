using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>LINQ to DB: asynchronous terminals, statements on tables, and SQL through a data connection.</summary>
internal sealed class Linq2DbLibrary : IDataLibrary
{
    private const string Space = "LinqToDB";

    private static readonly string[] Writing =
    [
        "Insert",
        "Update",
        "Delete",
        "Merge",
        "Truncate",
        "Drop",
        "CreateTable",
        "CreateTempTable",
        "BulkCopy",
        "IntoTempTable",
    ];

    private readonly LibraryTypes _types;
    private readonly INamedTypeSymbol _context;

    private Linq2DbLibrary(LibraryTypes types, INamedTypeSymbol context)
    {
        _types = types;
        _context = context;
    }

    public static Linq2DbLibrary? Create(LibraryTypes types) =>
        types.Linq2DbContext is { } context ? new Linq2DbLibrary(types, context) : null;

    public bool MayTouch(string memberName) =>
        IsAsyncTerminal(memberName)
        || IsWriting(memberName)
        || memberName.StartsWith("Query", StringComparison.Ordinal)
        || memberName.StartsWith("Execute", StringComparison.Ordinal);

    public DataMember? Describe(IMethodSymbol method)
    {
        if (method.ContainingType is not { } type)
        {
            return null;
        }

        if (!method.IsStatic)
        {
            return method.Name switch
            {
                "BeginTransaction" or "BeginTransactionAsync" when _types.Is(type, _context) => new DataMember(DataRole.BeginsTransaction),
                "CommitTransaction"
                or "CommitTransactionAsync"
                or "RollbackTransaction"
                or "RollbackTransactionAsync" when _types.Is(type, _context) => new DataMember(DataRole.EndsTransactionOnTarget),
                "CommitTransaction"
                or "CommitTransactionAsync"
                or "RollbackTransaction"
                or "RollbackTransactionAsync"
                or "Commit"
                or "CommitAsync"
                or "Rollback"
                or "RollbackAsync"
                or "Dispose"
                or "DisposeAsync" when type.Name is "DataConnectionTransaction" or "DataContextTransaction" && IsOurs(type) =>
                    new DataMember(DataRole.EndsTransaction),
                "GetTable" when _types.Is(type, _context) => new DataMember(DataRole.PassesOn),
                _ => null,
            };
        }

        return method.IsExtensionMethod && IsOurs(type) ? DescribeExtension(method) : null;
    }

    private DataMember? DescribeExtension(IMethodSymbol method)
    {
        var text = method.Parameters.FirstOrDefault(static p => p.Name == "sql" && p.Type.SpecialType == SpecialType.System_String)?.Name;
        if (text is not null && _types.Is(method.Parameters[0].Type, _context))
        {
            var isProcedure = method.Name.IndexOf("Proc", StringComparison.Ordinal) >= 0;
            var forCount =
                method.Name is "Execute" or "ExecuteAsync" or "ExecuteProc" or "ExecuteProcAsync" && method.TypeParameters.IsEmpty;
            return new DataMember(forCount ? DataRole.SendsForCount : DataRole.SendsForRows, text, IsProcedure: isProcedure);
        }

        return method.Name switch
        {
            "GetTable" => new DataMember(DataRole.PassesOn),
            var name when IsAsyncTerminal(name) => new DataMember(DataRole.ReadsQuery),
            var name when IsWriting(name) && (MakesTable(name) || !OnlyComposes(method)) => new DataMember(DataRole.Writes),
            _ => null,
        };
    }

    private static bool IsWriting(string name)
    {
        foreach (var verb in Writing)
        {
            // `Insert`, `InsertAsync`, `InsertWithInt32Identity`, but not `Inserted`.
            if (name.StartsWith(verb, StringComparison.Ordinal) && (name.Length == verb.Length || !char.IsLower(name[verb.Length])))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The table that it hands back is there by then.</summary>
    private static bool MakesTable(string name) =>
        name.StartsWith("Create", StringComparison.Ordinal) || name.StartsWith("Into", StringComparison.Ordinal);

    /// <summary>What hands back a statement (<c>IUpdatable</c>, <c>IMergeable</c>) has sent nothing yet.</summary>
    private static bool OnlyComposes(IMethodSymbol method) =>
        method.ReturnType is INamedTypeSymbol { TypeKind: TypeKind.Interface } type && IsOurs(type);

    private static bool IsOurs(INamedTypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { ContainingNamespace: { IsGlobalNamespace: false } outer })
        {
            space = outer;
        }

        return space?.Name == Space;
    }

    private static bool IsAsyncTerminal(string name) =>
        name.EndsWith("Async", StringComparison.Ordinal)
        && (QueryLibrary.MayTouchQuery(name.Substring(0, name.Length - "Async".Length)) || name is "ForEachAsync" or "ForEachUntilAsync");
}
