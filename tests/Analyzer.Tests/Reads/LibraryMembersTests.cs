using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using MonotonicReads.Generator.Options;
using MonotonicReads.Generator.Reads;

namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>
/// What every member of the libraries' own types does, said a second time and by hand. Each method that is not named does nothing; "(unnamed)" stands behind a
/// role that no read or write hangs on, so that its name alone lets nothing be looked at.
/// </summary>
public class LibraryMembersTests
{
    [Theory]
    [InlineData(
        "System.Data.Common.DbCommand",
        "SendsForCount: ExecuteNonQuery ExecuteNonQueryAsync",
        "SendsForRows: ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync"
    )]
    [InlineData("System.Data.IDbCommand", "SendsForCount: ExecuteNonQuery", "SendsForRows: ExecuteReader ExecuteScalar")]
    [InlineData(
        "System.Data.Common.DbBatch",
        "SendsForCount: ExecuteNonQuery ExecuteNonQueryAsync",
        "SendsForRows: ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync"
    )]
    [InlineData(
        "System.Data.Common.DbConnection",
        "BeginsTransaction (unnamed): BeginDbTransaction BeginTransaction BeginTransactionAsync",
        "ClosesConnection (unnamed): Close CloseAsync",
        "CreatesCommand (unnamed): CreateBatch CreateCommand CreateDbCommand",
        "OpensConnection (unnamed): Open OpenAsync"
    )]
    [InlineData(
        "System.Data.IDbConnection",
        "BeginsTransaction (unnamed): BeginTransaction",
        "ClosesConnection (unnamed): Close",
        "CreatesCommand (unnamed): CreateCommand",
        "OpensConnection (unnamed): Open"
    )]
    [InlineData(
        "System.Data.Common.DbTransaction",
        "EndsTransaction (unnamed): Commit CommitAsync Dispose DisposeAsync Rollback RollbackAsync"
    )]
    [InlineData("System.Data.IDbTransaction", "EndsTransaction (unnamed): Commit Rollback")]
    [InlineData(
        "System.Data.Common.DbDataSource",
        "CreatesClosedConnection (unnamed): CreateConnection",
        "CreatesCommand (unnamed): CreateBatch",
        "CreatesCommand commandText (unnamed): CreateCommand CreateDbCommand",
        "CreatesOpenConnection (unnamed): OpenConnection OpenConnectionAsync OpenDbConnection"
    )]
    [InlineData("System.Data.Common.DbDataAdapter", "SendsForRows: Fill FillSchema")]
    [InlineData("System.Data.IDataAdapter", "SendsForRows: Fill FillSchema")]
    [InlineData("System.Data.Common.DbProviderFactory", "CreatesClosedConnection (unnamed): CreateConnection")]
    [InlineData("System.Data.Common.DbDataReader")]
    [InlineData(
        "MySqlConnector.MySqlCommand",
        "SendsForCount: ExecuteNonQuery ExecuteNonQueryAsync",
        "SendsForRows: ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync"
    )]
    [InlineData(
        "MySqlConnector.MySqlConnection",
        "BeginsTransaction (unnamed): BeginDbTransaction BeginTransaction BeginTransactionAsync",
        "ClosesConnection (unnamed): Close CloseAsync",
        "CreatesCommand (unnamed): CreateBatch CreateCommand CreateDbCommand",
        "OpensConnection (unnamed): Open OpenAsync"
    )]
    [InlineData(
        "MySqlConnector.MySqlDataSource",
        "CreatesClosedConnection (unnamed): CreateConnection",
        "CreatesOpenConnection (unnamed): OpenConnection OpenConnectionAsync"
    )]
    [InlineData(
        "MySqlConnector.MySqlTransaction",
        "EndsTransaction (unnamed): Commit CommitAsync Dispose DisposeAsync Rollback RollbackAsync"
    )]
    [InlineData(
        "MySqlConnector.MySqlBatch",
        "SendsForCount: ExecuteNonQuery ExecuteNonQueryAsync",
        "SendsForRows: ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync"
    )]
    [InlineData("MySqlConnector.MySqlBulkCopy", "SendsWrite: WriteToServer WriteToServerAsync")]
    [InlineData("MySqlConnector.MySqlBulkLoader", "SendsWrite (unnamed): Load LoadAsync")]
    [InlineData(
        "MonotonicReads.ReplicatedDataSource",
        "CreatesClosedConnection (unnamed): CreateConnection",
        "CreatesOpenConnection (unnamed): OpenConnection OpenConnectionAsync"
    )]
    [InlineData(
        "Dapper.SqlMapper",
        "SendsForCount command: Execute ExecuteAsync",
        "SendsForCount sql transaction commandType: Execute ExecuteAsync",
        "SendsForRows command: ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync Query QueryAsync QueryFirst QueryFirstAsync QueryFirstOrDefault QueryFirstOrDefaultAsync QueryMultiple QueryMultipleAsync QuerySingle QuerySingleAsync QuerySingleOrDefault QuerySingleOrDefaultAsync",
        "SendsForRows sql transaction commandType: ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync Query QueryAsync QueryFirst QueryFirstAsync QueryFirstOrDefault QueryFirstOrDefaultAsync QueryMultiple QueryMultipleAsync QuerySingle QuerySingleAsync QuerySingleOrDefault QuerySingleOrDefaultAsync QueryUnbufferedAsync"
    )]
    public void Ado_net_and_Dapper(string type, params string[] expected) => Check(ReadRules.References, type, expected);

    [Theory]
    [InlineData(
        "MySql.Data.MySqlClient.MySqlHelper",
        "SendsForCount commandText: ExecuteNonQuery ExecuteNonQueryAsync",
        "SendsForRows commandText: ExecuteDataRow ExecuteDataRowAsync ExecuteDataset ExecuteDatasetAsync ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync",
        "Writes: UpdateDataSet UpdateDataSetAsync"
    )]
    [InlineData("MySql.Data.MySqlClient.MySqlDataAdapter", "SendsForRows: Fill FillSchema")]
    public void MySql_Data(string type, params string[] expected) => Check(Packages.With(("MySql.Data", "26.10.0")), type, expected);

    [Theory]
    [InlineData(
        "Microsoft.EntityFrameworkCore.DbContext",
        "PassesOn (unnamed): Entry Set",
        "Reads: Find FindAsync",
        "Writes: SaveChanges SaveChangesAsync"
    )]
    [InlineData("Microsoft.EntityFrameworkCore.DbSet`1", "Reads: Find FindAsync")]
    [InlineData(
        "Microsoft.EntityFrameworkCore.Infrastructure.DatabaseFacade",
        "BeginsTransaction (unnamed): BeginTransaction BeginTransactionAsync",
        "EndsTransactionOnTarget (unnamed): CommitTransaction CommitTransactionAsync RollbackTransaction RollbackTransactionAsync",
        "Writes: EnsureCreated EnsureCreatedAsync EnsureDeleted EnsureDeletedAsync"
    )]
    [InlineData(
        "Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction",
        "EndsTransaction (unnamed): Commit CommitAsync Rollback RollbackAsync"
    )]
    [InlineData(
        "Microsoft.EntityFrameworkCore.ChangeTracking.EntityEntry",
        "PassesOn (unnamed): Collection Navigation Reference",
        "Reads: GetDatabaseValues GetDatabaseValuesAsync Reload ReloadAsync"
    )]
    [InlineData("Microsoft.EntityFrameworkCore.ChangeTracking.EntityEntry`1", "PassesOn (unnamed): Collection Reference")]
    [InlineData("Microsoft.EntityFrameworkCore.ChangeTracking.NavigationEntry", "PassesOn: Query", "Reads: Load LoadAsync")]
    [InlineData("Microsoft.EntityFrameworkCore.ChangeTracking.CollectionEntry", "PassesOn: Query", "Reads: Load LoadAsync")]
    [InlineData("Microsoft.EntityFrameworkCore.ChangeTracking.CollectionEntry`2", "PassesOn: Query")]
    [InlineData("Microsoft.EntityFrameworkCore.ChangeTracking.ReferenceEntry`2", "PassesOn: Query")]
    [InlineData(
        "Microsoft.EntityFrameworkCore.EntityFrameworkQueryableExtensions",
        "ReadsQuery: AllAsync AnyAsync AverageAsync ContainsAsync CountAsync ElementAtAsync ElementAtOrDefaultAsync FirstAsync FirstOrDefaultAsync ForEachAsync LastAsync LastOrDefaultAsync Load LoadAsync LongCountAsync MaxAsync MinAsync SingleAsync SingleOrDefaultAsync SumAsync ToArrayAsync ToDictionaryAsync ToHashSetAsync ToListAsync",
        "Writes: ExecuteDelete ExecuteDeleteAsync ExecuteUpdate ExecuteUpdateAsync"
    )]
    [InlineData(
        "Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions",
        "BeginsTransaction (unnamed): BeginTransaction BeginTransactionAsync",
        "ComposesText sql (unnamed): SqlQuery SqlQueryRaw",
        "PassesOn (unnamed): GetDbConnection",
        "SendsForCount sql: ExecuteSql ExecuteSqlAsync ExecuteSqlInterpolated ExecuteSqlInterpolatedAsync ExecuteSqlRaw ExecuteSqlRawAsync",
        "UsesTransaction transaction (unnamed): UseTransaction UseTransactionAsync",
        "Writes: Migrate MigrateAsync"
    )]
    [InlineData(
        "Microsoft.EntityFrameworkCore.RelationalQueryableExtensions",
        "ComposesText sql (unnamed): FromSql FromSqlInterpolated FromSqlRaw"
    )]
    [InlineData("Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions")]
    [InlineData("Microsoft.EntityFrameworkCore.EF")]
    [InlineData(
        "System.Linq.Queryable",
        "ReadsQuery: Aggregate All Any Average Contains Count ElementAt ElementAtOrDefault First FirstOrDefault Last LastOrDefault LongCount Max MaxBy Min MinBy SequenceEqual Single SingleOrDefault Sum"
    )]
    [InlineData(
        "System.Linq.Enumerable",
        "ReadsQuery: Aggregate All Any Average Contains Count ElementAt ElementAtOrDefault First FirstOrDefault Last LastOrDefault LongCount Max MaxBy Min MinBy SequenceEqual Single SingleOrDefault Sum ToArray ToDictionary ToHashSet ToList ToLookup"
    )]
    public void Entity_Framework(string type, params string[] expected) => Check(Packages.EntityFramework("10.0.15"), type, expected);

    [Theory]
    [InlineData("LinqToDB.IDataContext")]
    [InlineData("LinqToDB.DataContext", "BeginsTransaction (unnamed): BeginTransaction BeginTransactionAsync")]
    [InlineData(
        "LinqToDB.DataContextTransaction",
        "EndsTransaction (unnamed): CommitTransaction CommitTransactionAsync Dispose RollbackTransaction RollbackTransactionAsync"
    )]
    [InlineData(
        "LinqToDB.Data.DataConnection",
        "BeginsTransaction (unnamed): BeginTransaction BeginTransactionAsync",
        "EndsTransactionOnTarget (unnamed): CommitTransaction CommitTransactionAsync RollbackTransaction RollbackTransactionAsync"
    )]
    [InlineData(
        "LinqToDB.Data.DataConnectionTransaction",
        "EndsTransaction (unnamed): Commit CommitAsync Dispose DisposeAsync Rollback RollbackAsync"
    )]
    [InlineData(
        "LinqToDB.Data.DataContextExtensions",
        "SendsForCount sql: Execute ExecuteAsync",
        "SendsForCount sql procedure: ExecuteProc ExecuteProcAsync",
        "SendsForRows sql: Execute ExecuteAsync ExecuteReader ExecuteReaderAsync Query QueryAsync QueryMultiple QueryMultipleAsync QueryToArrayAsync QueryToAsyncEnumerable QueryToListAsync",
        "SendsForRows sql procedure: ExecuteProc ExecuteProcAsync ExecuteReaderProc ExecuteReaderProcAsync QueryProc QueryProcAsync QueryProcMultiple QueryProcMultipleAsync",
        "Writes: BulkCopy BulkCopyAsync"
    )]
    [InlineData(
        "LinqToDB.DataExtensions",
        "PassesOn (unnamed): GetTable",
        "Writes: CreateTable CreateTableAsync CreateTempTable CreateTempTableAsync Delete DeleteAsync DropTable DropTableAsync Insert InsertAsync InsertOrReplace InsertOrReplaceAsync InsertWithDecimalIdentity InsertWithDecimalIdentityAsync InsertWithIdentity InsertWithIdentityAsync InsertWithInt32Identity InsertWithInt32IdentityAsync InsertWithInt64Identity InsertWithInt64IdentityAsync IntoTempTable IntoTempTableAsync Update UpdateAsync"
    )]
    [InlineData(
        "LinqToDB.LinqExtensions",
        "ReadsQuery: ElementAtAsync ElementAtOrDefaultAsync",
        "Writes: Delete DeleteAsync DeleteWithOutput DeleteWithOutputAsync DeleteWithOutputInto DeleteWithOutputIntoAsync Drop DropAsync Insert InsertAsync InsertOrUpdate InsertOrUpdateAsync InsertWithDecimalIdentity InsertWithDecimalIdentityAsync InsertWithIdentity InsertWithIdentityAsync InsertWithInt32Identity InsertWithInt32IdentityAsync InsertWithInt64Identity InsertWithInt64IdentityAsync InsertWithOutput InsertWithOutputAsync InsertWithOutputInto InsertWithOutputIntoAsync Merge MergeAsync MergeWithOutput MergeWithOutputAsync MergeWithOutputInto MergeWithOutputIntoAsync Truncate TruncateAsync Update UpdateAsync UpdateWithOutput UpdateWithOutputAsync UpdateWithOutputInto UpdateWithOutputIntoAsync"
    )]
    [InlineData(
        "LinqToDB.Async.AsyncExtensions",
        "ReadsQuery: AllAsync AnyAsync AverageAsync ContainsAsync CountAsync FirstAsync FirstOrDefaultAsync ForEachAsync ForEachUntilAsync LongCountAsync MaxAsync MinAsync SingleAsync SingleOrDefaultAsync SumAsync ToArrayAsync ToDictionaryAsync ToListAsync ToLookupAsync"
    )]
    [InlineData("LinqToDB.MultiInsertExtensions", "Writes: Insert InsertAll InsertAllAsync InsertAsync InsertFirst InsertFirstAsync")]
    public void Linq_to_db(string type, params string[] expected) => Check(Packages.With(("linq2db", "6.5.1")), type, expected);

    [Theory]
    [InlineData(
        "Dapper|Dapper.StrongName|MySqlConnector|MySql.Data|MonotonicReads|System.Data.SqlClient|Microsoft.Data.SqlClient|Npgsql|Microsoft.Data.Sqlite|System.Data.SQLite|Oracle.ManagedDataAccess|System.Data.Odbc|System.Data.OleDb|FirebirdSql.Data.FirebirdClient|Microsoft.EntityFrameworkCore|linq2db|DAPPER|Dapper.Contrib|Dapper.SimpleCRUD|RepoDb|SqlKata.Execution|PetaPoco|ServiceStack.OrmLite|NHibernate|Insight.Database",
        true
    )]
    [InlineData("Dapper.FluentMap|SqlKata|System.Data|System.Data.Common|Microsoft.EntityFrameworkCore.Abstractions|Redis", false)]
    public void An_assembly_without_which_nothing_reads(string names, bool isOne)
    {
        foreach (var name in names.Split('|'))
        {
            var library = CSharpCompilation.Create(name, options: new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary));
            var user = CSharpCompilation.Create("User", references: [library.ToMetadataReference()]);
            Assert.Equal(isOne, DataLibraries.IsPartOfOne(library.Assembly));
            Assert.Equal(isOne, DataLibraries.Create(user, new ListedMembers([]), repositoriesRead: false) is not null);
            Assert.NotNull(DataLibraries.Create(user, new ListedMembers([]), repositoriesRead: true));
        }

        Assert.False(DataLibraries.IsPartOfOne(null));
    }

    [Theory]
    [InlineData("Microsoft.Data.Sqlite", true)]
    [InlineData("System.Data.SQLite", true)]
    [InlineData("MySqlConnector", false)]
    public void A_database_inside_the_process_has_no_replicas(string assembly, bool isLocal)
    {
        var library = CSharpCompilation.Create(assembly, [CSharpSyntaxTree.ParseText("public class Connection { }")]);
        Assert.Equal(isLocal, DataLibraries.IsLocal(library.GetTypeByMetadataName("Connection")));
        Assert.False(DataLibraries.IsLocal(null));
        Assert.False(DataLibraries.IsLocal(library.CreateArrayTypeSymbol(library.GetTypeByMetadataName("Connection")!)));
    }

    [Theory]
    [InlineData(
        "ToList|ToArray|ToDictionary|ToHashSet|ToLookup|First|FirstOrDefault|Single|SingleOrDefault|Last|LastOrDefault|Count|LongCount|Any|All|Sum|Min|Max|MinBy|MaxBy|Average|Aggregate|ElementAt|ElementAtOrDefault|Contains|SequenceEqual",
        true
    )]
    [InlineData(
        "AddRange|InsertRange|RemoveRange|UpdateRange|AttachRange|AddRangeAsync|UnionWith|ExceptWith|IntersectWith|new List|new HashSet|new Queue|new Stack|new SortedSet|new LinkedList|Join",
        true
    )]
    [InlineData("Where|Select|OrderBy|Add|List|new Dictionary|Find|ToListAsync|Concat", false)]
    public void A_name_matters_where_a_query_is_named(string names, bool matters) =>
        Assert.Equal([], names.Split('|').Where(name => QueryLibrary.MayTouchQuery(name) != matters));

    [Theory]
    [InlineData("Get|GetAsync|Get2|FindAll|ListOrders|CountBy|Exists|SearchFor", true)]
    [InlineData("Getter|Finder|Listed|Counter|ExistsntAsync|get|Load|ForGet|Searching", false)]
    public void A_name_is_a_reads_by_the_convention(string names, bool isOne) =>
        Assert.Equal([], names.Split('|').Where(name => RepositoryConvention.IsReadName(name) != isOne));

    [Fact]
    public void Each_library_knows_its_own_names()
    {
        var types = new LibraryTypes(CSharpCompilation.Create("All", references: Packages.EntityFramework("10.0.15")));
        var (ado, dapper, entities) = (AdoNetLibrary.Create(types)!, DapperLibrary.Create(types)!, EntityFrameworkLibrary.Create(types)!);
        Assert.Equal(
            [],
            "ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteScalarAsync ExecuteNonQuery ExecuteNonQueryAsync Fill FillSchema"
                .Split(' ')
                .Where(name => !ado.MayTouch(name))
        );
        Assert.Equal(
            [],
            "Query QueryAsync QueryUnbufferedAsync ExecuteReader ExecuteReaderAsync ExecuteScalar ExecuteAsync"
                .Split(' ')
                .Where(name => !dapper.MayTouch(name))
        );
        Assert.Equal(
            [],
            "CompileQuery CompileAsyncQuery AsAsyncEnumerable Migrate ExecuteSqlRaw ToListAsync"
                .Split(' ')
                .Where(name => !entities.MayTouch(name))
        );
        Assert.Equal(
            [],
            "Execute Prepare ToList QueryRow CompileView".Split(' ').Where(name => ado.MayTouch(name) || entities.MayTouch(name))
        );
        Assert.False(dapper.MayTouch("QueryRow"));
    }

    [Theory]
    [InlineData(false, "CompileQuery|CompileAsyncQuery", "GetAsync|ToList|Load")]
    [InlineData(true, "CompileQuery|CompileAsyncQuery|GetAsync", "Getter|ToList|Load")]
    public void Some_names_count_whatever_they_turn_out_to_be(bool repositoriesRead, string counted, string others)
    {
        var libraries = DataLibraries.Create(
            CSharpCompilation.Create("All", references: ReadRules.References),
            new ListedMembers([]),
            repositoriesRead
        )!;
        Assert.Equal([], counted.Split('|').Where(name => !libraries.NeedsNoSymbol(name)));
        Assert.Equal([], others.Split('|').Where(libraries.NeedsNoSymbol));
    }

    [Fact]
    public void A_querys_names_matter_where_a_library_has_queries()
    {
        var without = DataLibraries.Create(
            CSharpCompilation.Create("Without", references: ReadRules.References),
            new ListedMembers([]),
            repositoriesRead: false
        )!;
        var with = DataLibraries.Create(
            CSharpCompilation.Create("With", references: Packages.EntityFramework("10.0.15")),
            new ListedMembers([]),
            repositoriesRead: false
        )!;
        Assert.False(without.MayTouchQuery("ToList"));
        Assert.True(with.MayTouchQuery("ToList"));
        Assert.False(with.MayTouchQuery("Concat"));
    }

    [Fact]
    public void The_key_of_the_names_is_equal_where_every_name_matters_alike()
    {
        string?[] keys =
        [
            Key(),
            Key(repositoriesRead: true),
            Key(names: ["Load"]),
            Key(names: ["Lo", "ad"]),
            Key(repositoriesRead: true, names: ["Load"]),
            Key(Packages.EntityFramework("10.0.15")),
        ];
        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], Key());
        Assert.Equal(keys[3], Key(names: ["ad", "Lo"]));

        static string Key(ImmutableArray<MetadataReference>? references = null, bool repositoriesRead = false, params string[] names) =>
            DataLibraries
                .Create(
                    CSharpCompilation.Create("Keyed", references: references ?? ReadRules.References),
                    new ListedMembers([.. names.Select(name => MemberPattern.TryParse(ListedRole.Read, "Shop." + name)!)]),
                    repositoriesRead
                )!
                .NamesKey;
    }

    [Fact]
    public void An_extension_does_what_its_definition_does()
    {
        var compilation = CSharpCompilation.Create(
            "All",
            [CSharpSyntaxTree.ParseText("using Dapper; class C { void M(System.Data.IDbConnection db) { db.Execute(\"\"); } }")],
            ReadRules.References
        );
        var libraries = DataLibraries.Create(compilation, new ListedMembers([]), repositoriesRead: false)!;
        var call = compilation
            .SyntaxTrees[0]
            .GetRoot()
            .DescendantNodes()
            .OfType<Microsoft.CodeAnalysis.CSharp.Syntax.InvocationExpressionSyntax>()
            .Single();
        var reduced = Assert.IsAssignableFrom<IMethodSymbol>(
            compilation.GetSemanticModel(compilation.SyntaxTrees[0]).GetSymbolInfo(call).Symbol
        );
        Assert.NotNull(reduced.ReducedFrom);
        Assert.Equal(DataRole.SendsForCount, libraries.Describe(reduced)!.Role);
        Assert.Same(libraries.Describe(reduced), libraries.Describe(reduced.ReducedFrom));
        Assert.Null(
            libraries.Describe(
                compilation.GetSpecialType(SpecialType.System_Object).GetMembers("ToString").OfType<IMethodSymbol>().Single()
            )
        );
    }

    [Fact]
    public void A_type_is_what_it_derives_from_implements_or_is_constrained_to()
    {
        var compilation = CSharpCompilation.Create(
            "All",
            [
                CSharpSyntaxTree.ParseText(
                    "class C<T, U, V> where T : class, System.IDisposable, System.Data.IDbConnection where U : System.Data.Common.DbCommand where V : System.IDisposable { C<int, int, int> broken; Missing gone; }"
                ),
            ],
            ReadRules.References
        );
        var types = new LibraryTypes(compilation);
        var generic = compilation.GetTypeByMetadataName("C`3")!;
        Assert.Equal([true, false, false], generic.TypeParameters.Select(types.IsConnection));
        Assert.Equal([false, true, false], generic.TypeParameters.Select(types.IsCommand));
        Assert.True(types.IsConnection(compilation.GetTypeByMetadataName("System.Data.IDbConnection")));
        Assert.True(types.IsConnection(compilation.GetTypeByMetadataName("MySqlConnector.MySqlConnection")));
        Assert.False(types.IsConnection(compilation.GetTypeByMetadataName("MySqlConnector.MySqlCommand")));
        Assert.False(types.IsConnection(generic.GetMembers("gone").OfType<IFieldSymbol>().Single().Type));
        Assert.False(types.IsConnection(null));
        Assert.True(LibraryTypes.IsExactly(compilation.GetTypeByMetadataName("System.Text.StringBuilder"), types.StringBuilder));
        Assert.False(LibraryTypes.IsExactly(generic, types.StringBuilder));
        Assert.False(LibraryTypes.IsExactly(null, types.StringBuilder));
        Assert.False(LibraryTypes.IsExactly(generic, null));
    }

    [Fact]
    public void A_listed_member_is_looked_for_by_its_name()
    {
        var listed = new ListedMembers([MemberPattern.TryParse(ListedRole.Read, "Shop.Orders.Load*")!]);
        Assert.True(listed.MayTouch("LoadAsync"));
        Assert.False(listed.MayTouch("Save"));
        Assert.False(new ListedMembers([]).MayTouch("LoadAsync"));
    }

    private static void Check(ImmutableArray<MetadataReference> references, string type, string[] expected)
    {
        var compilation = CSharpCompilation.Create("Members", references: references);
        var libraries = DataLibraries.Create(compilation, new ListedMembers([]), repositoriesRead: false)!;
        var members = compilation
            .GetTypeByMetadataName(type)!
            .GetMembers()
            .OfType<IMethodSymbol>()
            .Where(m => m.MethodKind == MethodKind.Ordinary && m.DeclaredAccessibility is Accessibility.Public or Accessibility.Protected)
            .Select(m => (Role: libraries.Describe(m)!, m.Name, IsNamed: libraries.MayTouch(m.Name) || QueryLibrary.MayTouchQuery(m.Name)))
            .Where(m => m.Role is not null)
            .GroupBy(m =>
                string.Join(
                    ' ',
                    new[]
                    {
                        m.Role.Role.ToString(),
                        m.Role.TextParameter,
                        m.Role.TransactionParameter,
                        m.Role.CommandTypeParameter,
                        m.Role.IsProcedure ? "procedure" : null,
                        m.IsNamed ? null : "(unnamed)",
                    }.Where(w => w is not null)
                )
            )
            .OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => $"{g.Key}: {string.Join(' ', g.Select(m => m.Name).Distinct().Order(StringComparer.Ordinal))}");
        Assert.Equal(string.Join("\n", expected), string.Join("\n", members));
    }
}
