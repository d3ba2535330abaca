using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>A compiled input, loaded and ready to be called.</summary>
internal sealed class LoadedShop
{
    private LoadedShop(Assembly assembly) => Assembly = assembly;

    public Assembly Assembly { get; }

    /// <param name="library">An assembly that the input refers to and that nobody else can find.</param>
    public static LoadedShop Of(GeneratorRun run, byte[]? library = null)
    {
        run.AssertCompiles();
        using var stream = new MemoryStream();
        var result = run.Output.Emit(stream);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        stream.Position = 0;
        var context = new AssemblyLoadContext(null, isCollectible: true);
        if (library is not null)
        {
            context.LoadFromStream(new MemoryStream(library));
        }

        return new LoadedShop(context.LoadFromStream(stream));
    }

    /// <summary>Runs a static method of the input without parameters and awaits what it returns.</summary>
    public static async Task<object?> RunAsync(GeneratorRun run, string type, string method)
    {
        var result = Of(run).Assembly.GetType(type, throwOnError: true)!.GetMethod(method)!.Invoke(null, null);
        if (result is Task task)
        {
            await task;
            return task.GetType().GetProperty("Result")?.GetValue(task);
        }

        return result;
    }
}
