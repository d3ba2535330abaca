using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Reads;

/// <summary>
/// NHibernate: sessions, the queries that they make, and LINQ over them. What is deferred to be sent with others (<c>Future</c>) or until
/// it is touched (<c>Load</c>) shows no read where it stands.
/// </summary>
internal sealed class NHibernateLibrary : IDataLibrary
{
    private const string Space = "NHibernate";

    private static readonly MemberTable OfSession = new(
        (DataRole.SendsRead, "Get Refresh"),
        (DataRole.SendsWrite, "Save SaveOrUpdate Persist Update Delete Merge Replicate Flush Insert"),
        (DataRole.PassesOn, "Query QueryOver CreateQuery CreateCriteria GetNamedQuery CreateFilter CreateMultiQuery CreateMultiCriteria"),
        (DataRole.PassesOn, "CreateQueryBatch SetBatchSize"),
        (DataRole.BeginsTransaction, "BeginTransaction")
    );

    private static readonly MemberTable OfQuery = new(
        (DataRole.SendsRead, "List UniqueResult Enumerable SingleOrDefault RowCount RowCountInt64 Execute"),
        (DataRole.SendsWrite, "ExecuteUpdate")
    );

    private static readonly MemberTable OfLinq = new(
        (DataRole.PassesOn, "Query WithOptions SetOptions Cacheable CacheMode CacheRegion Timeout"),
        (DataRole.SendsWrite, "Delete Update UpdateVersioned InsertInto")
    );

    private readonly LibraryTypes _types;

    private NHibernateLibrary(LibraryTypes types) => _types = types;

    public static NHibernateLibrary? Create(LibraryTypes types) => types.NHibernateSession is null ? null : new NHibernateLibrary(types);

    public bool MayTouch(string memberName) =>
        OfSession.MayTouch(memberName) || OfQuery.MayTouch(memberName) || OfLinq.MayTouch(memberName) || IsAsyncTerminal(memberName);

    public DataMember? Describe(IMethodSymbol method)
    {
        if (method.ContainingType is not { } type || !IsOurs(type))
        {
            return null;
        }

        // A lock is taken on the primary.
        if (method.Parameters.Any(static p => p.Type.Name == "LockMode"))
        {
            return null;
        }

        if (type.ContainingNamespace.Name == "Linq" || (method.IsStatic && method.Name == "Query"))
        {
            return IsAsyncTerminal(method.Name) ? new DataMember(DataRole.ReadsQuery) : OfLinq.Describe(method);
        }

        if (method.IsStatic)
        {
            return null;
        }

        return _types.IsContext(type) ? OfSessionMember(method)
            : type.Name == "ITransaction" ? OfTransaction(method.Name)
            : IsQuery(type) ? OfQuery.Describe(method) ?? (IsQuery(method.ReturnType) ? new DataMember(DataRole.PassesOn) : null)
            : null;
    }

    private static DataMember? OfSessionMember(IMethodSymbol method) =>
        method.Name == "CreateSQLQuery"
            ? new DataMember(DataRole.ComposesText, TextParameter: method.Parameters[0].Name)
            : OfSession.Describe(method);

    private static DataMember? OfTransaction(string name) =>
        name is "Commit" or "CommitAsync" or "Rollback" or "RollbackAsync" or "Dispose" ? new DataMember(DataRole.EndsTransaction) : null;

    private static bool IsQuery(ITypeSymbol type) =>
        IsOurs(type)
        && type.Name
            is "IQuery"
                or "ISQLQuery"
                or "ICriteria"
                or "IQueryOver"
                or "IMultiQuery"
                or "IMultiCriteria"
                or "IQueryBatch"
                or "IQueryOverOrderBuilder"
                or "IQueryOverFetchBuilder"
                or "IQueryOverRestrictionBuilder"
                or "IQueryOverLockBuilder"
                or "IQueryOverJoinBuilder";

    private static bool IsAsyncTerminal(string name) =>
        name.EndsWith("Async", StringComparison.Ordinal) && QueryLibrary.MayTouchQuery(name.Substring(0, name.Length - "Async".Length));

    private static bool IsOurs(ITypeSymbol type)
    {
        var space = type.ContainingNamespace;
        while (space is { ContainingNamespace: { IsGlobalNamespace: false } outer })
        {
            space = outer;
        }

        return space?.Name == Space;
    }
}
