namespace MonotonicReads.Benchmarks.Wrapping;

/// <summary>What is wrapped. The answer is ready at once, so that only the wrapping is measured.</summary>
public interface ICatalog
{
    Task<string> FindAsync(int id);
}

/// <summary>The generator writes ConsistentCatalog for it.</summary>
[Monotonic]
public sealed class Catalog : ICatalog
{
    private static readonly Task<string> Answer = Task.FromResult("a product");

    public Task<string> FindAsync(int id) => Answer;
}

/// <summary>As <see cref="Catalog"/>, but reads the session's id, as the first connection would.</summary>
[Monotonic]
public sealed class DrawingCatalog : ICatalog
{
    private static readonly Task<string> Answer = Task.FromResult("a product");

    public Task<string> FindAsync(int id)
    {
        if (ReadSession.Current?.Id == Guid.Empty)
        {
            throw new InvalidOperationException("No session has the empty id.");
        }

        return Answer;
    }
}
