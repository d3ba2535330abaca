using Microsoft.CodeAnalysis;

namespace MonotonicReads.Generator.Tests.Harness;

/// <summary>Compiled inputs, loaded and ready to be called.</summary>
internal static class LoadedShop
{
    /// <param name="library">An assembly that the input refers to and that nobody else can find.</param>
    public static LoadedAssembly Of(GeneratorRun run, byte[]? library = null)
    {
        run.AssertCompiles();
        using var stream = new MemoryStream();
        var result = run.Output.Emit(stream);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics));
        stream.Position = 0;
        return new LoadedAssembly(stream, library: library);
    }

    /// <summary>Runs a static method of the input without parameters and awaits what it returns.</summary>
    public static async Task<object?> RunAsync(GeneratorRun run, string type, string method)
    {
        using var shop = Of(run);
        var result = shop.Assembly.GetType(type, throwOnError: true)!.GetMethod(method)!.Invoke(null, null);
        if (result is Task task)
        {
            await task;
            return task.GetType().GetProperty("Result")?.GetValue(task);
        }

        return result;
    }
}
