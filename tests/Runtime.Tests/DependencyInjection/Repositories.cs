using MonotonicReads;
using MonotonicReads.Runtime.Tests.DependencyInjection;

[assembly: ConsistentRepository(typeof(OrderRepository), typeof(ConsistentOrderRepository))]
[assembly: ConsistentRepository(typeof(Repository<>), typeof(ConsistentRepository<>))]
[assembly: ConsistentRepository(typeof(ReportQueries), typeof(ConsistentReportQueries))]
[assembly: ConsistentRepository(typeof(DerivedBase<>), typeof(ConsistentDerivedBase<>))]
[assembly: ConsistentRepository(typeof(CatalogClient), typeof(ConsistentCatalogClient))]

namespace MonotonicReads.Runtime.Tests.DependencyInjection;

public interface IOrderRepository
{
    OrderRepository Innermost { get; }

    ReadSession? SessionSeen();
}

public interface IOrderCounts
{
    ReadSession? SessionSeen();
}

public sealed class Clock;

/// <summary>An annotated repository as a user writes it.</summary>
public class OrderRepository(Clock clock) : IOrderRepository, IOrderCounts, IDisposable
{
    public Clock Clock { get; } = clock;

    public bool IsDisposed { get; private set; }

    public OrderRepository Innermost => this;

    public ReadSession? SessionSeen() => ReadSession.Current;

    public void Dispose()
    {
        IsDisposed = true;
        GC.SuppressFinalize(this);
    }
}

/// <summary>What the generator makes of it, written by hand.</summary>
public sealed class ConsistentOrderRepository(OrderRepository inner) : IOrderRepository, IOrderCounts, IDisposable
{
    public OrderRepository Innermost => inner;

    public ReadSession? SessionSeen()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return inner.SessionSeen();
    }

    public void Dispose() => inner.Dispose();
}

/// <summary>Has no wrapper.</summary>
public sealed class PlainOrderRepository : IOrderRepository
{
    public OrderRepository Innermost => throw new NotSupportedException();

    public ReadSession? SessionSeen() => ReadSession.Current;
}

/// <summary>Has no wrapper, although what it derives from has one.</summary>
public sealed class SpecialOrderRepository(Clock clock) : OrderRepository(clock);

public interface IRepository<T>
{
    Repository<T> Innermost { get; }

    ReadSession? SessionSeen();
}

public class Repository<T>(Clock clock) : IRepository<T>
{
    public Clock Clock { get; } = clock;

    public Repository<T> Innermost => this;

    public ReadSession? SessionSeen() => ReadSession.Current;
}

public sealed class ConsistentRepository<T>(Repository<T> inner) : IRepository<T>
{
    public Repository<T> Innermost => inner;

    public ReadSession? SessionSeen()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return inner.SessionSeen();
    }
}

public class ReportQueries(Clock clock)
{
    public Clock Clock { get; } = clock;

    public virtual ReadSession? SessionSeen() => ReadSession.Current;
}

public class ConsistentReportQueries(Clock clock) : ReportQueries(clock)
{
    public override ReadSession? SessionSeen()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return base.SessionSeen();
    }
}

public class DerivedBase<T>
{
    public virtual ReadSession? SessionSeen() => ReadSession.Current;
}

public class ConsistentDerivedBase<T> : DerivedBase<T>
{
    public override ReadSession? SessionSeen()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return base.SessionSeen();
    }
}

/// <summary>A typed client, whose interface may be another assembly's.</summary>
public sealed class CatalogClient(HttpClient http) : ICatalog, ICloneable
{
    public HttpClient Http => http;

    public object Clone() => SessionSeen() is not null;

    public ReadSession? SessionSeen() => ReadSession.Current;
}

public interface ICatalog
{
    HttpClient Http { get; }

    ReadSession? SessionSeen();
}

public sealed class ConsistentCatalogClient(CatalogClient inner) : ICatalog, ICloneable
{
    public HttpClient Http => inner.Http;

    public object Clone()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return inner.Clone();
    }

    public ReadSession? SessionSeen()
    {
        using var session = ReadSession.Begin(ReadConsistency.Monotonic);
        return inner.SessionSeen();
    }
}
