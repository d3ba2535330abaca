namespace MonotonicReads.DependencyInjection;

/// <summary>A data source that the container has, under whatever key.</summary>
internal sealed record RegisteredDataSource(Func<IServiceProvider, ReplicatedDataSource> Get);
