using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>The types that reading a database is made of, looked up once per compilation; each may be absent.</summary>
internal sealed class KnownTypes
{
    private readonly ConcurrentDictionary<(ITypeSymbol, INamedTypeSymbol), bool> conversions = new();

    public KnownTypes(Compilation compilation)
    {
        DbConnection = compilation.GetTypeByMetadataName("System.Data.Common.DbConnection");
        DbCommand = compilation.GetTypeByMetadataName("System.Data.Common.DbCommand");
        DbBatch = compilation.GetTypeByMetadataName("System.Data.Common.DbBatch");
        DbTransaction = compilation.GetTypeByMetadataName("System.Data.Common.DbTransaction");
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
        ReadSession = compilation.GetTypeByMetadataName("MonotonicReads.ReadSession");
        ReplicatedDataSource = compilation.GetTypeByMetadataName("MonotonicReads.ReplicatedDataSource");
    }

    public INamedTypeSymbol? DbConnection { get; }

    public INamedTypeSymbol? DbCommand { get; }

    public INamedTypeSymbol? DbBatch { get; }

    public INamedTypeSymbol? DbTransaction { get; }

    public INamedTypeSymbol? DbDataSource { get; }

    public INamedTypeSymbol? DbProviderFactory { get; }

    public INamedTypeSymbol? IDbConnection { get; }

    public INamedTypeSymbol? IDbCommand { get; }

    public INamedTypeSymbol? IDbTransaction { get; }

    public INamedTypeSymbol? TransactionScope { get; }

    public INamedTypeSymbol? StringBuilder { get; }

    public INamedTypeSymbol? Expression { get; }

    public INamedTypeSymbol? EntityFrameworkContext { get; }

    public INamedTypeSymbol? DapperSqlMapper { get; }

    public INamedTypeSymbol? DapperCommandDefinition { get; }

    public INamedTypeSymbol? ReadSession { get; }

    public INamedTypeSymbol? ReplicatedDataSource { get; }

    public bool IsConnection(ITypeSymbol? type) => Is(type, IDbConnection) || Is(type, DbConnection);

    public bool IsCommand(ITypeSymbol? type) => Is(type, IDbCommand) || Is(type, DbCommand) || Is(type, DbBatch);

    public bool IsTransaction(ITypeSymbol? type) => Is(type, IDbTransaction) || Is(type, DbTransaction);

    public bool IsDataSource(ITypeSymbol? type) => Is(type, DbDataSource);

    /// <summary>An expression tree: the lambda in it is data and never runs as it stands.</summary>
    public bool IsExpressionTree(ITypeSymbol? type) => Is(type, Expression);

    public static bool IsExactly(ITypeSymbol? type, INamedTypeSymbol? known) =>
        type is not null && known is not null && SymbolEqualityComparer.Default.Equals(type.OriginalDefinition, known);

    /// <summary>The type itself, one derived from it, one that implements it, or a type parameter constrained to it.</summary>
    public bool Is(ITypeSymbol? type, INamedTypeSymbol? known)
    {
        if (type is null || known is null || type.TypeKind == TypeKind.Error)
        {
            return false;
        }

        return conversions.GetOrAdd((type, known), static pair => Derives(pair.Item1, pair.Item2));
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
