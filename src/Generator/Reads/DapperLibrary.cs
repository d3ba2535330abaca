using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>Dapper: extension methods of <c>SqlMapper</c> on a connection, with text or a <c>CommandDefinition</c>.</summary>
internal sealed class DapperLibrary : IDataLibrary
{
    private static readonly HashSet<string> Names = new(
        new[]
        {
            "Query",
            "QueryFirst",
            "QueryFirstOrDefault",
            "QuerySingle",
            "QuerySingleOrDefault",
            "QueryMultiple",
            "QueryUnbuffered",
            "Execute",
            "ExecuteScalar",
            "ExecuteReader",
        }.SelectMany(static name => new[] { name, name + "Async" }),
        StringComparer.Ordinal
    );

    private readonly INamedTypeSymbol _sqlMapper;

    private DapperLibrary(INamedTypeSymbol sqlMapper) => _sqlMapper = sqlMapper;

    public static DapperLibrary? Create(LibraryTypes types) => types.DapperSqlMapper is { } mapper ? new DapperLibrary(mapper) : null;

    public bool MayTouch(string memberName) => Names.Contains(memberName);

    public DataMember? Describe(IMethodSymbol method)
    {
        if (
            !SymbolEqualityComparer.Default.Equals(method.ContainingType, _sqlMapper)
            || method.DeclaredAccessibility != Accessibility.Public
            || !method.IsExtensionMethod
        )
        {
            return null;
        }

        var name = method.Name;
        var rows =
            name.StartsWith("Query", StringComparison.Ordinal)
            || name.StartsWith("ExecuteScalar", StringComparison.Ordinal)
            || name.StartsWith("ExecuteReader", StringComparison.Ordinal);
        if (!rows && name is not ("Execute" or "ExecuteAsync"))
        {
            return null;
        }

        string? text = null,
            transaction = null,
            commandType = null;
        foreach (var parameter in method.Parameters)
        {
            switch (parameter.Name)
            {
                case "sql" or "command":
                    text = parameter.Name;
                    break;
                case "transaction":
                    transaction = parameter.Name;
                    break;
                case "commandType":
                    commandType = parameter.Name;
                    break;
            }
        }

        return text is null ? null : new DataMember(rows ? DataRole.SendsForRows : DataRole.SendsForCount, text, transaction, commandType);
    }
}
