namespace MonotonicReads.Benchmarks.Wrapping;

/// <summary>What a careful person writes without this library: an ambient marker around the call, nested calls joining it.</summary>
internal sealed class HandWrittenCatalog(ICatalog inner) : ICatalog
{
    private static readonly AsyncLocal<object?> Ambient = new();

    public Task<string> FindAsync(int id) => Ambient.Value is null ? OpenAsync(id) : inner.FindAsync(id);

    /// <summary>Runs something inside an open marker, for the joining case.</summary>
    public static async Task<T> InsideAsync<T>(Func<Task<T>> action)
    {
        Ambient.Value = new object();
        try
        {
            return await action().ConfigureAwait(false);
        }
        finally
        {
            Ambient.Value = null;
        }
    }

    private async Task<string> OpenAsync(int id)
    {
        Ambient.Value = new object();
        try
        {
            return await inner.FindAsync(id).ConfigureAwait(false);
        }
        finally
        {
            Ambient.Value = null;
        }
    }
}
