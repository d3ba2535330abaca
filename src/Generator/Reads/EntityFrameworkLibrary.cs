using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>Entity Framework Core: terminal operators, what goes through a context, its entries and its database.</summary>
internal sealed class EntityFrameworkLibrary : IDataLibrary
{
    private const string Space = "Microsoft.EntityFrameworkCore";

    private readonly LibraryTypes _types;
    private readonly INamedTypeSymbol _context;
    private readonly INamedTypeSymbol? _set;
    private readonly INamedTypeSymbol? _database;
    private readonly INamedTypeSymbol? _entry;
    private readonly INamedTypeSymbol? _navigation;

    private EntityFrameworkLibrary(LibraryTypes types, INamedTypeSymbol context)
    {
        _types = types;
        _context = context;
        _set = types.Find(Space + ".DbSet`1");
        _database = types.Find(Space + ".Infrastructure.DatabaseFacade");
        _entry = types.Find(Space + ".ChangeTracking.EntityEntry");
        _navigation = types.Find(Space + ".ChangeTracking.NavigationEntry");
    }

    public static EntityFrameworkLibrary? Create(LibraryTypes types) =>
        types.EntityFrameworkContext is { } context ? new EntityFrameworkLibrary(types, context) : null;

    public bool MayTouch(string memberName) =>
        memberName switch
        {
            "Find"
            or "FindAsync"
            or "SaveChanges"
            or "SaveChangesAsync"
            or "Load"
            or "LoadAsync"
            or "Reload"
            or "ReloadAsync"
            or "GetDatabaseValues"
            or "GetDatabaseValuesAsync" => true,
            "ExecuteUpdate" or "ExecuteDelete" or "ExecuteUpdateAsync" or "ExecuteDeleteAsync" => true,
            "CompileQuery" or "CompileAsyncQuery" or "AsAsyncEnumerable" => true,
            "EnsureCreated" or "EnsureDeleted" or "EnsureCreatedAsync" or "EnsureDeletedAsync" or "Migrate" or "MigrateAsync" => true,
            _ => memberName.StartsWith("ExecuteSql", StringComparison.Ordinal) || IsAsyncTerminal(memberName),
        };

    public DataMember? Describe(IMethodSymbol method)
    {
        if (method.ContainingType is not { } type)
        {
            return null;
        }

        if (method.IsStatic)
        {
            return type.ContainingNamespace?.ToDisplayString() == Space ? DescribeExtension(method, type) : null;
        }

        return OfContext(method.Name, type) ?? OfEntry(method.Name, type) ?? OfDatabase(method.Name, type);
    }

    private DataMember? OfContext(string name, INamedTypeSymbol type)
    {
        switch (name)
        {
            case "SaveChanges" or "SaveChangesAsync" when _types.Is(type, _context):
                return new DataMember(DataRole.Writes);
            case "Find" or "FindAsync" when _types.Is(type, _context) || LibraryTypes.IsExactly(type, _set):
                return new DataMember(DataRole.Reads);
            case "Set" when _types.Is(type, _context):
                return new DataMember(DataRole.PassesOn);
            default:
                return null;
        }
    }

    private DataMember? OfEntry(string name, INamedTypeSymbol type)
    {
        switch (name)
        {
            case "Reload" or "ReloadAsync" or "GetDatabaseValues" or "GetDatabaseValuesAsync" when _types.Is(type, _entry):
                return new DataMember(DataRole.Reads);
            case "Load" or "LoadAsync" when _types.Is(type, _navigation):
                return new DataMember(DataRole.Reads);
            case "Entry"
            or "Collection"
            or "Reference"
            or "Navigation"
            or "Query" when _types.Is(type, _context) || _types.Is(type, _entry) || _types.Is(type, _navigation):
                return new DataMember(DataRole.PassesOn);
            default:
                return null;
        }
    }

    private DataMember? OfDatabase(string name, INamedTypeSymbol type)
    {
        if (!LibraryTypes.IsExactly(type, _database))
        {
            return null;
        }

        switch (name)
        {
            case "BeginTransaction" or "BeginTransactionAsync":
                return new DataMember(DataRole.BeginsTransaction);
            case "EnsureCreated" or "EnsureDeleted" or "EnsureCreatedAsync" or "EnsureDeletedAsync":
                return new DataMember(DataRole.Writes);
            case "CommitTransaction" or "CommitTransactionAsync" or "RollbackTransaction" or "RollbackTransactionAsync":
                return new DataMember(DataRole.EndsTransactionOnTarget);
            default:
                return null;
        }
    }

    /// <summary>
    /// The names of extension methods decide, not their classes: some moved from one class to another between major versions.
    /// </summary>
    private static DataMember? DescribeExtension(IMethodSymbol method, INamedTypeSymbol type)
    {
        switch (method.Name)
        {
            case "ExecuteUpdate" or "ExecuteDelete" or "ExecuteUpdateAsync" or "ExecuteDeleteAsync":
                return new DataMember(DataRole.Writes);
            case "Load" or "LoadAsync":
                return new DataMember(DataRole.ReadsQuery);
            case "BeginTransaction" or "BeginTransactionAsync":
                return new DataMember(DataRole.BeginsTransaction);
            case "UseTransaction" or "UseTransactionAsync":
                return new DataMember(DataRole.UsesTransaction, TransactionParameter: "transaction");
            case "GetDbConnection":
                return new DataMember(DataRole.PassesOn);
            case "Migrate" or "MigrateAsync":
                return new DataMember(DataRole.Writes);
            case "FromSql" or "FromSqlRaw" or "FromSqlInterpolated" or "SqlQuery" or "SqlQueryRaw":
                return new DataMember(DataRole.ComposesText, TextParameter: "sql");
        }

        if (method.Name.StartsWith("ExecuteSql", StringComparison.Ordinal))
        {
            return new DataMember(DataRole.SendsForCount, TextParameter: "sql");
        }

        return type.Name == "EntityFrameworkQueryableExtensions" && IsAsyncTerminal(method.Name)
            ? new DataMember(DataRole.ReadsQuery)
            : null;
    }

    private static bool IsAsyncTerminal(string name) =>
        name.EndsWith("Async", StringComparison.Ordinal)
        && (QueryLibrary.MayTouchQuery(name.Substring(0, name.Length - "Async".Length)) || name is "ForEachAsync");
}
