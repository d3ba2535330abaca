using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MonotonicReads.Cli.Output;

/// <summary>The result of a command as one JSON object.</summary>
internal static class JsonResult
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        // It goes into files and pipes, never into a page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write(Terminal terminal, object result) => terminal.Output.WriteLine(JsonSerializer.Serialize(result, Options));

    /// <summary>Relative to the working directory, also above it, with slashes on every platform.</summary>
    public static string PathOf(string path, Terminal terminal) => Path.GetRelativePath(terminal.WorkingDirectory, path).Replace('\\', '/');
}
