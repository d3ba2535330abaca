using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.IO.Enumeration;
using System.Reflection;
using System.Text.Json;

namespace MonotonicReads.Detection;

/// <summary>
/// Which assemblies hold code of the user's: the projects that the program was built from, as its <c>.deps.json</c> tells, and what the
/// options name. Where nothing tells, as in a single file, everything but what is known to be a library.
/// </summary>
internal sealed class UserCode(IReadOnlyList<string> patterns)
{
    private static readonly string[] Ours = ["MonotonicReads", "MonotonicReads.AspNetCore", "MonotonicReads.EntityFrameworkCore"];

    private static readonly string[] Libraries =
    [
        "System",
        "System.*",
        "Microsoft.*",
        "netstandard",
        "mscorlib",
        "Dapper",
        "Dapper.*",
        "MySqlConnector*",
        "Pomelo.*",
        "Castle.*",
        "linq2db*",
        "NHibernate*",
        "RepoDb*",
        "ServiceStack*",
        "SqlKata*",
        "MediatR*",
        "AutoMapper*",
        "Newtonsoft.*",
        "OpenTelemetry*",
        "Serilog*",
        "Polly*",
        "xunit*",
        "nunit*",
    ];

    private readonly ConcurrentDictionary<Assembly, bool> _known = new();
    private readonly Lazy<Dictionary<string, bool>> _built = new(static () => Built());

    // Nothing here keeps an assembly that its program would unload.
    public bool Has(Assembly assembly) => assembly.IsCollectible ? Judge(assembly) : _known.GetOrAdd(assembly, Judge);

    private bool Judge(Assembly assembly)
    {
        var name = assembly.GetName().Name ?? "";
        return !assembly.IsDynamic
            && !Ours.Contains(name, StringComparer.Ordinal)
            && (
                patterns.Any(pattern => Matches(pattern, name))
                || (_built.Value.TryGetValue(name, out var isProject) ? isProject : !Libraries.Any(library => Matches(library, name)))
            );
    }

    private static bool Matches(string pattern, string name) => FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true);

    /// <summary>The assemblies that the program was built with, and whether each is of a project.</summary>
    [UnconditionalSuppressMessage("SingleFile", "IL3000", Justification = "There the list is empty.")]
    private static Dictionary<string, bool> Built()
    {
        var built = new Dictionary<string, bool>(StringComparer.OrdinalIgnoreCase);
        var files = AppContext.GetData("APP_CONTEXT_DEPS_FILES") as string ?? "";
        foreach (var file in files.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            try
            {
                using var deps = JsonDocument.Parse(File.ReadAllBytes(file));
                Read(deps.RootElement, built);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
            {
                // The names of libraries that are known tell then.
            }
        }

        return built;
    }

    private static void Read(JsonElement deps, Dictionary<string, bool> built)
    {
        if (!deps.TryGetProperty("libraries", out var libraries) || !deps.TryGetProperty("targets", out var targets))
        {
            return;
        }

        var projects = libraries
            .EnumerateObject()
            .Where(static library => library.Value.TryGetProperty("type", out var type) && type.ValueEquals("project"))
            .Select(static library => library.Name)
            .ToHashSet(StringComparer.Ordinal);
        foreach (var library in targets.EnumerateObject().SelectMany(static target => target.Value.EnumerateObject()))
        {
            if (library.Value.TryGetProperty("runtime", out var assemblies))
            {
                foreach (var assembly in assemblies.EnumerateObject())
                {
                    built[Path.GetFileNameWithoutExtension(assembly.Name)] = projects.Contains(library.Name);
                }
            }
        }
    }
}
