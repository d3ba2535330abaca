using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Merging;

/// <summary>Connections that take several statements in one text.</summary>
internal static class MultiStatement
{
    /// <summary>Those of providers that do without being asked to.</summary>
    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "MySqlConnector.MySqlConnection",
        "MySql.Data.MySqlClient.MySqlConnection",
        "Microsoft.Data.Sqlite.SqliteConnection",
        "System.Data.SQLite.SQLiteConnection",
        "Microsoft.Data.SqlClient.SqlConnection",
        "System.Data.SqlClient.SqlConnection",
        "Npgsql.NpgsqlConnection",
    };

    /// <summary>
    /// Whether a connection of the type does. What an interface or <c>DbConnection</c> holds cannot be known, nor what is behind a
    /// connection of the project's own.
    /// </summary>
    public static bool Takes(ITypeSymbol? type)
    {
        while (type is INamedTypeSymbol { TypeKind: TypeKind.Class } && type.Locations.Any(static l => l.IsInSource))
        {
            type = type.BaseType;
        }

        return type switch
        {
            { TypeKind: TypeKind.Interface or TypeKind.TypeParameter } => true,
            { SpecialType: SpecialType.System_Object } => true,
            { Name: "DbConnection", ContainingNamespace: { Name: "Common", ContainingNamespace.Name: "Data" } } => true,
            { Name: { } name, ContainingNamespace: { } space } => Known.Contains(space.ToDisplayString() + "." + name)
                || (
                    space is { Name: "MonotonicReads", ContainingNamespace.IsGlobalNamespace: true }
                    && type.BaseType?.Name == "DbConnection"
                ),
            _ => false,
        };
    }
}
