using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>The data libraries that a compilation references, resolved once; what a method does is remembered.</summary>
internal sealed class DataLibraries
{
    /// <summary>
    /// Assemblies without which nothing in a project can read a database; <c>DbCommand</c> alone is in every compilation.
    /// </summary>
    private static readonly HashSet<string> Assemblies = new(StringComparer.OrdinalIgnoreCase)
    {
        "Dapper",
        "Dapper.StrongName",
        "MySqlConnector",
        "MySql.Data",
        "MonotonicReads",
        "System.Data.SqlClient",
        "Microsoft.Data.SqlClient",
        "Npgsql",
        "Microsoft.Data.Sqlite",
        "System.Data.SQLite",
        "Oracle.ManagedDataAccess",
        "System.Data.Odbc",
        "System.Data.OleDb",
        "FirebirdSql.Data.FirebirdClient",
        "Microsoft.EntityFrameworkCore",
        "linq2db",
        "Dapper.Contrib",
        "Dapper.Contrib.StrongName",
        "Dapper.SimpleCRUD",
        "RepoDb",
        "SqlKata.Execution",
        "PetaPoco",
        "PetaPoco.Compiled",
        "ServiceStack.OrmLite",
        "NHibernate",
        "Insight.Database",
        "Insight.Database.Core",
    };

    /// <summary>Providers of a database inside the process: a file has no replicas.</summary>
    private static readonly HashSet<string> LocalAssemblies = new(StringComparer.OrdinalIgnoreCase)
    {
        "Microsoft.Data.Sqlite",
        "System.Data.SQLite",
    };

    private readonly ImmutableArray<IDataLibrary> _libraries;
    private readonly ConcurrentDictionary<IMethodSymbol, DataMember?> _members = new(SymbolEqualityComparer.Default);
    private readonly Func<IMethodSymbol, DataMember?> _describe;

    private readonly bool _repositoriesRead;

    private DataLibraries(LibraryTypes types, ImmutableArray<IDataLibrary> libraries, ListedMembers listed, bool repositoriesRead)
    {
        Types = types;
        Listed = listed;
        _repositoriesRead = repositoriesRead;
        _libraries = libraries;
        _describe = DescribeDefinition;
        NamesKey =
            string.Join(" ", libraries.Select(static library => library.GetType().Name))
            + (repositoriesRead ? " by convention " : " ")
            + string.Join(" ", listed.Names);
    }

    public LibraryTypes Types { get; }

    public ListedMembers Listed { get; }

    /// <summary>Equal where <see cref="MayTouch"/> and <see cref="MayTouchQuery"/> answer alike for every name.</summary>
    public string NamesKey { get; }

    /// <summary>
    /// The libraries of a compilation; null where it references none and its options name no members, so that nothing needs to be looked
    /// at.
    /// </summary>
    /// <param name="listed">The members that the options name.</param>
    /// <param name="repositoriesRead">Whether some file's options take repositories' members for reads by their names.</param>
    public static DataLibraries? Create(Compilation compilation, ListedMembers listed, bool repositoriesRead)
    {
        if (listed.IsEmpty && !repositoriesRead && !compilation.ReferencedAssemblyNames.Any(name => Assemblies.Contains(name.Name)))
        {
            return null;
        }

        var types = new LibraryTypes(compilation);
        var libraries = ImmutableArray.CreateBuilder<IDataLibrary>();
        Add(DapperLibrary.Create(types));
        Add(DapperContribLibrary.Create(types));
        Add(DapperSimpleCrudLibrary.Create(types));

        // Its connection is a transaction too.
        Add(InsightLibrary.Create(types));
        Add(AdoNetLibrary.Create(types));
        Add(BulkCopyLibrary.Create(types));
        Add(RepoDbLibrary.Create(types));
        Add(SqlKataLibrary.Create(types));
        Add(PetaPocoLibrary.Create(types));
        Add(OrmLiteLibrary.Create(types));
        Add(NHibernateLibrary.Create(types));
        Add(MySqlHelperLibrary.Create(types));
        Add(EntityFrameworkLibrary.Create(types));
        Add(IdentityLibrary.Create(types));
        Add(Linq2DbLibrary.Create(types));
        Add(QueryLibrary.Create(types));
        return new DataLibraries(types, libraries.ToImmutable(), listed, repositoriesRead);

        void Add(IDataLibrary? library)
        {
            if (library is not null)
            {
                libraries.Add(library);
            }
        }
    }

    /// <summary>A name that some referenced library's reading or writing member carries.</summary>
    public bool MayTouch(string memberName)
    {
        foreach (var library in _libraries)
        {
            if (library.MayTouch(memberName))
            {
                return true;
            }
        }

        return Listed.MayTouch(memberName) || (_repositoriesRead && RepositoryConvention.IsReadName(memberName));
    }

    /// <summary>
    /// A name that counts whatever it turns out to be: it makes a delegate that reads, or it is a read by the project's convention.
    /// </summary>
    public bool NeedsNoSymbol(string memberName) =>
        memberName is "CompileQuery" or "CompileAsyncQuery" || (_repositoriesRead && RepositoryConvention.IsReadName(memberName));

    /// <summary>A name that matters in a body in which a query is named.</summary>
    public bool MayTouchQuery(string memberName) => Types.HasQueries && QueryLibrary.MayTouchQuery(memberName);

    /// <summary>True for a connection or command whose static type is that of an embedded database.</summary>
    public static bool IsLocal(ITypeSymbol? type) => type?.ContainingAssembly is { } assembly && LocalAssemblies.Contains(assembly.Name);

    /// <summary>True for the assembly of a data library: what <see cref="Describe"/> does not know of it sends nothing.</summary>
    public static bool IsPartOfOne(IAssemblySymbol? assembly) => assembly is not null && Assemblies.Contains(assembly.Name);

    public DataMember? Describe(IMethodSymbol method) => _members.GetOrAdd((method.ReducedFrom ?? method).OriginalDefinition, _describe);

    private DataMember? DescribeDefinition(IMethodSymbol method)
    {
        foreach (var library in _libraries)
        {
            if (library.Describe(method) is { } member)
            {
                return member;
            }
        }

        return null;
    }
}
