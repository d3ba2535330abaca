using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MonotonicReads.Analyzer.Tests.Reads;

/// <summary>
/// Libraries that the package registry of the build does not have, as assemblies of their names with the members that their published source declares, each
/// by its own parameters' names.
/// </summary>
internal static class StandIns
{
    private static readonly ConcurrentDictionary<string, ImmutableArray<MetadataReference>> Known = new(StringComparer.Ordinal);

    private static readonly Dictionary<string, string> Sources = new(StringComparer.Ordinal)
    {
        ["Dapper.Contrib"] = """
            namespace Dapper.Contrib.Extensions
            {
                public static class SqlMapperExtensions
                {
                    public static T Get<T>(this IDbConnection connection, object id, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static Task<T> GetAsync<T>(this IDbConnection connection, object id, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static IEnumerable<T> GetAll<T>(this IDbConnection connection, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static Task<IEnumerable<T>> GetAllAsync<T>(this IDbConnection connection, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static long Insert<T>(this IDbConnection connection, T entityToInsert, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static Task<int> InsertAsync<T>(this IDbConnection connection, T entityToInsert, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static bool Update<T>(this IDbConnection connection, T entityToUpdate, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static bool Delete<T>(this IDbConnection connection, T entityToDelete, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static bool DeleteAll<T>(this IDbConnection connection, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public delegate string TableNameMapperDelegate(Type type);
                    public static TableNameMapperDelegate TableNameMapper;
                }
            }
            """,
        ["Dapper.SimpleCRUD"] = """
            namespace Dapper
            {
                public static class SimpleCRUD
                {
                    public static T Get<T>(this IDbConnection connection, object id, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static Task<T> GetAsync<T>(this IDbConnection connection, object id, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static IEnumerable<T> GetList<T>(this IDbConnection connection) => throw null;
                    public static IEnumerable<T> GetList<T>(this IDbConnection connection, string conditions, object parameters = null, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static IEnumerable<T> GetListPaged<T>(this IDbConnection connection, int pageNumber, int rowsPerPage, string conditions, string orderby, object parameters = null, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static int RecordCount<T>(this IDbConnection connection, string conditions = "", object parameters = null, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static int? Insert<TEntity>(this IDbConnection connection, TEntity entityToInsert, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static int Update<TEntity>(this IDbConnection connection, TEntity entityToUpdate, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static int Delete<T>(this IDbConnection connection, object id, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static Task<int> DeleteListAsync<T>(this IDbConnection connection, object whereConditions, IDbTransaction transaction = null, int? commandTimeout = null) => throw null;
                    public static string GetDialect() => throw null;
                }
            }
            """,
        ["RepoDb"] = """
            namespace RepoDb
            {
                public class Field { }
                public class QueryMultipleExtractor { }
                public static partial class DbConnectionExtension
                {
                    public static IDbCommand CreateCommand(this IDbConnection connection, string commandText, CommandType? commandType = null, int? commandTimeout = null, IDbTransaction transaction = null) => throw null;
                    public static IDbConnection EnsureOpen(this IDbConnection connection) => throw null;
                    public static IEnumerable<TEntity> Query<TEntity>(this IDbConnection connection, object what, IEnumerable<Field> fields = null, IDbTransaction transaction = null) => throw null;
                    public static Task<IEnumerable<TEntity>> QueryAsync<TEntity>(this IDbConnection connection, object what, IEnumerable<Field> fields = null, IDbTransaction transaction = null) => throw null;
                    public static IEnumerable<TEntity> QueryAll<TEntity>(this IDbConnection connection, IDbTransaction transaction = null) => throw null;
                    public static bool Exists<TEntity>(this IDbConnection connection, object what, IDbTransaction transaction = null) => throw null;
                    public static long CountAll<TEntity>(this IDbConnection connection, IDbTransaction transaction = null) => throw null;
                    public static object Insert<TEntity>(this IDbConnection connection, TEntity entity, IDbTransaction transaction = null) => throw null;
                    public static int InsertAll<TEntity>(this IDbConnection connection, IEnumerable<TEntity> entities, IDbTransaction transaction = null) => throw null;
                    public static object Merge<TEntity>(this IDbConnection connection, TEntity entity, IDbTransaction transaction = null) => throw null;
                    public static int Update<TEntity>(this IDbConnection connection, TEntity entity, IDbTransaction transaction = null) => throw null;
                    public static Task<int> DeleteAsync<TEntity>(this IDbConnection connection, TEntity entity, IDbTransaction transaction = null) => throw null;
                    public static int Truncate<TEntity>(this IDbConnection connection, IDbTransaction transaction = null) => throw null;
                    public static IEnumerable<TResult> ExecuteQuery<TResult>(this IDbConnection connection, string commandText, object param = null, CommandType? commandType = null, IDbTransaction transaction = null) => throw null;
                    public static QueryMultipleExtractor ExecuteQueryMultiple(this IDbConnection connection, string commandText, object param = null, CommandType? commandType = null, IDbTransaction transaction = null) => throw null;
                    public static TResult ExecuteScalar<TResult>(this IDbConnection connection, string commandText, object param = null, CommandType? commandType = null, IDbTransaction transaction = null) => throw null;
                    public static IDataReader ExecuteReader(this IDbConnection connection, string commandText, object param = null, CommandType? commandType = null, IDbTransaction transaction = null) => throw null;
                    public static int ExecuteNonQuery(this IDbConnection connection, string commandText, object param = null, CommandType? commandType = null, IDbTransaction transaction = null) => throw null;
                    public static object GetDbSetting(this IDbConnection connection) => throw null;
                }
                public abstract class BaseRepository<TEntity, TDbConnection>
                {
                    public IEnumerable<TEntity> QueryAll(IDbTransaction transaction = null) => throw null;
                    public object Insert(TEntity entity, IDbTransaction transaction = null) => throw null;
                    public TDbConnection CreateConnection() => throw null;
                }
            }
            """,
        ["SqlKata.Execution"] = """
            namespace SqlKata
            {
                public class Query { public Query Where(string column, object value) => throw null; public Query Select(params string[] columns) => throw null; public string Comment { get; } }
            }
            namespace SqlKata.Execution
            {
                public class PaginationResult<T> { public PaginationResult<T> Next(IDbTransaction transaction = null, int? timeout = null) => throw null; public Query NextQuery() => throw null; }
                public class QueryFactory
                {
                    public QueryFactory(IDbConnection connection) { }
                    public IDbConnection Connection { get; set; }
                    public Query Query() => throw null;
                    public Query Query(string table) => throw null;
                    public IEnumerable<T> Get<T>(Query query, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public int Execute(Query query, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public IEnumerable<T> Select<T>(string sql, object param = null, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public int Statement(string sql, object param = null, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public void Dispose() { }
                }
                public static class QueryExtensions
                {
                    public static IEnumerable<T> Get<T>(this Query query, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public static Task<IEnumerable<T>> GetAsync<T>(this Query query, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public static T First<T>(this Query query, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public static T Count<T>(this Query query, string[] columns = null, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public static PaginationResult<T> Paginate<T>(this Query query, int page, int perPage = 25, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public static int Insert(this Query query, object data, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public static Task<int> UpdateAsync(this Query query, object data, IDbTransaction transaction = null, int? timeout = null) => throw null;
                    public static int Delete(this Query query, IDbTransaction transaction = null, int? timeout = null) => throw null;
                }
            }
            """,
        ["PetaPoco"] = """
            namespace PetaPoco
            {
                public class Sql { public Sql(string sql, params object[] args) { } public Sql Where(string sql, params object[] args) => throw null; }
                public class Page<T> { }
                public interface ITransaction : IDisposable { void Complete(); }
                public interface IQuery
                {
                    IEnumerable<T> Query<T>(string sql, params object[] args);
                    List<T> Fetch<T>(string sql, params object[] args);
                    List<T> Fetch<T>(Sql sql);
                    T First<T>(string sql, params object[] args);
                    T SingleOrDefault<T>(object primaryKey);
                    Page<T> Page<T>(long page, long itemsPerPage, string sqlCount, object[] countArgs, string sqlPage, object[] pageArgs);
                    bool Exists<T>(object primaryKey);
                }
                public interface IQueryAsync { Task<List<T>> FetchAsync<T>(string sql, params object[] args); }
                public interface IExecute { int Execute(string sql, params object[] args); T ExecuteScalar<T>(string sql, params object[] args); }
                public interface IAlterPoco { object Insert(object poco); int Update(object poco); int Delete(object poco); void Save(object poco); bool IsNew(object poco); }
                public interface IStoredProc { List<T> FetchProc<T>(string storedProcedureName, params object[] args); int ExecuteNonQueryProc(string storedProcedureName, params object[] args); }
                public interface IDatabase : IDisposable, IQuery, IQueryAsync, IExecute, IAlterPoco, IStoredProc
                {
                    ITransaction GetTransaction();
                    void BeginTransaction();
                    void AbortTransaction();
                    void CompleteTransaction();
                }
            }
            """,
        ["ServiceStack.OrmLite"] = """
            namespace ServiceStack.OrmLite
            {
                public class SqlExpression<T> { }
                public static class OrmLiteReadApi
                {
                    public static List<T> Select<T>(this IDbConnection dbConn) => throw null;
                    public static List<T> Select<T>(this IDbConnection dbConn, string sql) => throw null;
                    public static T SingleById<T>(this IDbConnection dbConn, object idValue) => throw null;
                    public static Task<T> SingleByIdAsync<T>(this IDbConnection dbConn, object idValue) => throw null;
                    public static List<T> SqlList<T>(this IDbConnection dbConn, string sql, object anonType = null) => throw null;
                    public static bool Exists<T>(this IDbConnection dbConn, object anonType) => throw null;
                    public static long LastInsertId(this IDbConnection dbConn) => throw null;
                    public static int ExecuteNonQuery(this IDbConnection dbConn, string sql) => throw null;
                }
                public static class OrmLiteReadExpressionsApi
                {
                    public static long Count<T>(this IDbConnection dbConn, System.Linq.Expressions.Expression<Func<T, bool>> expression) => throw null;
                    public static IDbTransaction OpenTransaction(this IDbConnection dbConn) => throw null;
                    public static SqlExpression<T> From<T>(this IDbConnection dbConn) => throw null;
                }
                public static class OrmLiteWriteApi
                {
                    public static long Insert<T>(this IDbConnection dbConn, T obj, bool selectIdentity = false) => throw null;
                    public static int Update<T>(this IDbConnection dbConn, params T[] objs) => throw null;
                    public static bool Save<T>(this IDbConnection dbConn, T obj, bool references = false) => throw null;
                    public static int DeleteById<T>(this IDbConnection dbConn, object id) => throw null;
                    public static int ExecuteSql(this IDbConnection dbConn, string sql) => throw null;
                    public static string GetLastSql(this IDbConnection dbConn) => throw null;
                }
                public static class OrmLiteSchemaApi { public static void CreateTable<T>(this IDbConnection dbConn, bool overwrite = false) { } }
            }
            """,
        ["Insight.Database"] = """
            namespace Insight.Database
            {
                public class InsightBulkCopy { }
                public abstract class DbConnectionWrapper : System.Data.Common.DbConnection, IDbTransaction
                {
                    IDbConnection IDbTransaction.Connection => this;
                    IsolationLevel IDbTransaction.IsolationLevel => default;
                    public void Commit() { }
                    public void Rollback() { }
                }
                public static class DBConnectionExtensions
                {
                    public static IList<T> Query<T>(this IDbConnection connection, string sql, object parameters = null, CommandType commandType = CommandType.StoredProcedure, IDbTransaction transaction = null) => throw null;
                    public static IList<T> QuerySql<T>(this IDbConnection connection, string sql, object parameters = null, CommandType commandType = CommandType.Text, IDbTransaction transaction = null) => throw null;
                    public static T ExecuteScalarSql<T>(this IDbConnection connection, string sql, object parameters = null, IDbTransaction transaction = null) => throw null;
                    public static int Execute(this IDbConnection connection, string sql, object parameters = null, CommandType commandType = CommandType.StoredProcedure, IDbTransaction transaction = null) => throw null;
                    public static int ExecuteSql(this IDbConnection connection, string sql, object parameters = null, IDbTransaction transaction = null) => throw null;
                    public static T InsertSql<T>(this IDbConnection connection, string sql, T inserted, object parameters = null, IDbTransaction transaction = null) => throw null;
                    public static int BulkCopy<T>(this IDbConnection connection, string tableName, IEnumerable<T> list, Action<InsightBulkCopy> configure = null, IDbTransaction transaction = null) => throw null;
                    public static T OpenConnection<T>(this T connection) where T : IDbConnection => throw null;
                    public static DbConnectionWrapper OpenWithTransaction(this IDbConnection connection) => throw null;
                    public static T As<T>(this IDbConnection connection) where T : class => throw null;
                }
                public static class AsyncExtensions
                {
                    public static Task<IList<T>> QuerySqlAsync<T>(this IDbConnection connection, string sql, object parameters = null, CommandType commandType = CommandType.Text, IDbTransaction transaction = null) => throw null;
                }
            }
            """,
        ["NHibernate"] = """
            namespace NHibernate
            {
                public class LockMode { public static readonly LockMode Upgrade; }
                public interface ITransaction : IDisposable { void Begin(); void Commit(); Task CommitAsync(); void Rollback(); bool IsActive { get; } }
                public interface IFutureEnumerable<T> { IEnumerable<T> GetEnumerable(); }
                public interface IQuery
                {
                    IList<T> List<T>(); Task<IList<T>> ListAsync<T>(); T UniqueResult<T>(); int ExecuteUpdate(); IFutureEnumerable<T> Future<T>();
                    IQuery SetParameter(string name, object value); IQuery SetMaxResults(int maxResults); string QueryString { get; }
                }
                public interface ISQLQuery : IQuery { ISQLQuery AddEntity(System.Type entityClass); }
                public interface ICriteria { IList<T> List<T>(); T UniqueResult<T>(); ICriteria SetMaxResults(int maxResults); }
                public interface IQueryOver<TRoot> { IList<TRoot> List(); int RowCount(); TRoot SingleOrDefault(); IQueryOver<TRoot> Take(int n); }
                public interface ISession : IDisposable
                {
                    T Get<T>(object id); Task<T> GetAsync<T>(object id); T Get<T>(object id, LockMode lockMode); T Load<T>(object id); void Refresh(object obj);
                    object Save(object obj); void SaveOrUpdate(object obj); void Update(object obj); void Delete(object obj); void Flush(); void Evict(object obj); void Clear();
                    IQuery CreateQuery(string queryString); ISQLQuery CreateSQLQuery(string queryString); ICriteria CreateCriteria<T>(); IQueryOver<T> QueryOver<T>();
                    System.Linq.IQueryable<T> Query<T>(); ITransaction BeginTransaction(); bool IsOpen { get; }
                }
                public interface IStatelessSession : IDisposable { T Get<T>(object id); object Insert(object entity); System.Linq.IQueryable<T> Query<T>(); }
                public interface ISessionFactory { ISession OpenSession(); }
            }
            namespace NHibernate.Linq
            {
                public static class LinqExtensionMethods
                {
                    public static Task<List<T>> ToListAsync<T>(this System.Linq.IQueryable<T> source) => throw null;
                    public static Task<int> CountAsync<T>(this System.Linq.IQueryable<T> source) => throw null;
                    public static IFutureEnumerable<T> ToFuture<T>(this System.Linq.IQueryable<T> source) => throw null;
                }
                public static class DmlExtensionMethods { public static int Delete<T>(this System.Linq.IQueryable<T> source) => throw null; }
            }
            """,
    };

    /// <summary>The references of most tests and one of the libraries.</summary>
    public static ImmutableArray<MetadataReference> With(string library) =>
        Known.GetOrAdd(
            library,
            static name =>
            {
                var compilation = CSharpCompilation.Create(
                    name,
                    [
                        CSharpSyntaxTree.ParseText(
                            "using System; using System.Collections.Generic; using System.Data; using System.Threading.Tasks;\n"
                                + Sources[name]
                        ),
                    ],
                    ReadRules.References,
                    new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
                );
                using var image = new MemoryStream();
                var result = compilation.Emit(image);
                Assert.True(result.Success, string.Join('\n', result.Diagnostics));
                return [.. ReadRules.References, MetadataReference.CreateFromImage(image.ToArray(), filePath: name + ".dll")];
            }
        );
}
