using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>The types that reading a database is made of, looked up once per compilation; each may be absent.</summary>
internal sealed class LibraryTypes
{
    private readonly ConcurrentDictionary<(ITypeSymbol, INamedTypeSymbol), bool> _conversions = new();

    private readonly ConcurrentDictionary<ITypeSymbol, bool> _tracked = new(SymbolEqualityComparer.Default);

    private readonly Compilation _compilation;

    /// <summary>Contexts of smaller libraries.</summary>
    private readonly ImmutableArray<INamedTypeSymbol> _contexts;

    private readonly ImmutableArray<INamedTypeSymbol> _transactions;

    public LibraryTypes(Compilation compilation)
    {
        _compilation = compilation;
        DbBatch = compilation.GetTypeByMetadataName("System.Data.Common.DbBatch");
        IDataAdapter = compilation.GetTypeByMetadataName("System.Data.IDataAdapter");
        DbDataSource = compilation.GetTypeByMetadataName("System.Data.Common.DbDataSource");
        DbProviderFactory = compilation.GetTypeByMetadataName("System.Data.Common.DbProviderFactory");
        IDbConnection = compilation.GetTypeByMetadataName("System.Data.IDbConnection");
        IDbCommand = compilation.GetTypeByMetadataName("System.Data.IDbCommand");
        IDbTransaction = compilation.GetTypeByMetadataName("System.Data.IDbTransaction");
        TransactionScope = compilation.GetTypeByMetadataName("System.Transactions.TransactionScope");
        StringBuilder = compilation.GetTypeByMetadataName("System.Text.StringBuilder");
        Expression = compilation.GetTypeByMetadataName("System.Linq.Expressions.Expression");
        EntityFrameworkContext = compilation.GetTypeByMetadataName("Microsoft.EntityFrameworkCore.DbContext");
        DapperSqlMapper = compilation.GetTypeByMetadataName("Dapper.SqlMapper");
        DapperCommandDefinition = compilation.GetTypeByMetadataName("Dapper.CommandDefinition");
        Linq2DbContext = compilation.GetTypeByMetadataName("LinqToDB.IDataContext");
        EntityFrameworkTransaction = compilation.GetTypeByMetadataName("Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction");
        NHibernateSession = compilation.GetTypeByMetadataName("NHibernate.ISession");
        _contexts = Found("NHibernate.ISession", "NHibernate.IStatelessSession", "PetaPoco.IDatabase", "SqlKata.Execution.QueryFactory");
        _transactions = Found("NHibernate.ITransaction", "PetaPoco.ITransaction");
        BulkLoaders = Found(
            "MySqlConnector.MySqlBulkCopy",
            "MySqlConnector.MySqlBulkLoader",
            "MySql.Data.MySqlClient.MySqlBulkLoader",
            "Microsoft.Data.SqlClient.SqlBulkCopy",
            "System.Data.SqlClient.SqlBulkCopy"
        );
        if (HasQueries)
        {
            Queryable = compilation.GetTypeByMetadataName("System.Linq.IQueryable");
            QueryableOperators = compilation.GetTypeByMetadataName("System.Linq.Queryable");
            EnumerableOperators = compilation.GetTypeByMetadataName("System.Linq.Enumerable");
        }

        ReadSession = compilation.GetTypeByMetadataName("MonotonicReads.ReadSession");
        ReplicatedDataSource = compilation.GetTypeByMetadataName("MonotonicReads.ReplicatedDataSource");
    }

    public INamedTypeSymbol? DbBatch { get; }

    public INamedTypeSymbol? IDataAdapter { get; }

    public INamedTypeSymbol? DbDataSource { get; }

    public INamedTypeSymbol? DbProviderFactory { get; }

    public INamedTypeSymbol? IDbConnection { get; }

    public INamedTypeSymbol? IDbCommand { get; }

    public INamedTypeSymbol? IDbTransaction { get; }

    public INamedTypeSymbol? TransactionScope { get; }

    public INamedTypeSymbol? StringBuilder { get; }

    public INamedTypeSymbol? Expression { get; }

    public INamedTypeSymbol? EntityFrameworkContext { get; }

    public INamedTypeSymbol? EntityFrameworkTransaction { get; }

    public INamedTypeSymbol? Linq2DbContext { get; }

    public INamedTypeSymbol? NHibernateSession { get; }

    /// <summary>What the providers load rows with in bulk.</summary>
    public ImmutableArray<INamedTypeSymbol> BulkLoaders { get; }

    /// <summary>True where a referenced library sends queries: only there is an <c>IQueryable</c> more than a collection.</summary>
    public bool HasQueries => (EntityFrameworkContext ?? Linq2DbContext ?? NHibernateSession) is not null;

    public INamedTypeSymbol? Queryable { get; }

    public INamedTypeSymbol? QueryableOperators { get; }

    public INamedTypeSymbol? EnumerableOperators { get; }

    public INamedTypeSymbol? DapperSqlMapper { get; }

    public INamedTypeSymbol? DapperCommandDefinition { get; }

    public INamedTypeSymbol? ReadSession { get; }

    public INamedTypeSymbol? ReplicatedDataSource { get; }

    public bool IsConnection(ITypeSymbol? type) => Is(type, IDbConnection);

    public bool IsCommand(ITypeSymbol? type) => Is(type, IDbCommand) || Is(type, DbBatch);

    public bool IsAdapter(ITypeSymbol? type) => Is(type, IDataAdapter);

    public bool IsTransaction(ITypeSymbol? type) =>
        Is(type, IDbTransaction) || Is(type, EntityFrameworkTransaction) || IsAny(type, _transactions);

    /// <summary>
    /// A context, an NHibernate session or what takes its place in another library: each statement opens the connection for itself, unless
    /// a transaction holds it.
    /// </summary>
    public bool IsContext(ITypeSymbol? type) => Is(type, EntityFrameworkContext) || Is(type, Linq2DbContext) || IsAny(type, _contexts);

    public bool IsBulkLoader(ITypeSymbol? type) => IsAny(type, BulkLoaders);

    public bool IsQueryable(ITypeSymbol? type) => Is(type, Queryable);

    /// <summary>A type that only one library needs.</summary>
    public INamedTypeSymbol? Find(string metadataName) => _compilation.GetTypeByMetadataName(metadataName);

    /// <summary>True for what is followed from statement to statement: what sends, holds what is sent, or stands for a server.</summary>
    public bool IsTracked(ITypeSymbol type)
    {
        if (!_tracked.TryGetValue(type, out var isTracked))
        {
            isTracked =
                IsConnection(type)
                || IsCommand(type)
                || IsAdapter(type)
                || IsBulkLoader(type)
                || IsTransaction(type)
                || IsDataSource(type)
                || IsContext(type)
                || IsQueryable(type)
                || IsExactly(type, StringBuilder);
            _tracked.TryAdd(type, isTracked);
        }

        return isTracked;
    }

    public bool IsDataSource(ITypeSymbol? type) => Is(type, DbDataSource);

    /// <summary>An expression tree: the lambda in it is data and never runs as it stands.</summary>
    public bool IsExpressionTree(ITypeSymbol? type) => Is(type, Expression);

    public static bool IsExactly(ITypeSymbol? type, INamedTypeSymbol? known) =>
        type is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, known);

    /// <summary>The type itself, one derived from it, one that implements it, or a type parameter constrained to it.</summary>
    public bool Is(ITypeSymbol? type, INamedTypeSymbol? known)
    {
        if (type is null || known is null || type.TypeKind == TypeKind.Error)
        {
            return false;
        }

        return _conversions.GetOrAdd((type, known), static pair => Derives(pair.Item1, pair.Item2));
    }

    private ImmutableArray<INamedTypeSymbol> Found(params string[] names) =>
        names.Select(_compilation.GetTypeByMetadataName).OfType<INamedTypeSymbol>().ToImmutableArray();

    private bool IsAny(ITypeSymbol? type, ImmutableArray<INamedTypeSymbol> known)
    {
        foreach (var one in known)
        {
            if (Is(type, one))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Derives(ITypeSymbol type, INamedTypeSymbol known)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            foreach (var constraint in parameter.ConstraintTypes)
            {
                if (Derives(constraint, known))
                {
                    return true;
                }
            }

            return false;
        }

        if (known.TypeKind == TypeKind.Interface)
        {
            return SymbolEqualityComparer.Default.Equals(type, known) || type.AllInterfaces.Contains(known, SymbolEqualityComparer.Default);
        }

        for (ITypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (SymbolEqualityComparer.Default.Equals(t, known))
            {
                return true;
            }
        }

        return false;
    }
}
