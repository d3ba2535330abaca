using System.Data.Common;

namespace MonotonicReads.Costs.Tests.Allocations;

internal interface IPages
{
    Task ReadAsync();
}

/// <summary>Three reads, each on a connection of its own, with the plan of its series.</summary>
internal sealed class PlannedPages(DbDataSource source) : IPages
{
    [Monotonic(Reads = 3)]
    public async Task ReadAsync()
    {
        await Row.ReadAsync(source);
        await Row.ReadAsync(source);
        await Row.ReadAsync(source);
    }
}

/// <summary>The same without a plan.</summary>
internal sealed class UnplannedPages(DbDataSource source) : IPages
{
    [Monotonic]
    public async Task ReadAsync()
    {
        await Row.ReadAsync(source);
        await Row.ReadAsync(source);
        await Row.ReadAsync(source);
    }
}

/// <summary>One read.</summary>
internal sealed class SinglePages(DbDataSource source) : IPages
{
    [Monotonic]
    public Task ReadAsync() => Row.ReadAsync(source);
}

/// <summary>No read: nothing but the wrapper is measured.</summary>
internal sealed class EmptyPages : IPages
{
    [Monotonic]
    public Task ReadAsync() => Task.CompletedTask;
}
