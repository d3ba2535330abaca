using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Generator.Rules;

/// <summary>Who else reads the plans files of a compilation, as far as its build says.</summary>
internal sealed class PlanReaders
{
    private readonly bool _hasSeveralProjects;
    private readonly string? _folder;

    public PlanReaders(AnalyzerConfigOptions options)
    {
        HasSeveralFrameworks = IsTrue(options, "MonotonicReadsSeveralFrameworks");
        _hasSeveralProjects = IsTrue(options, "MonotonicReadsSeveralProjects");
        _folder = options.TryGetValue("build_property.ProjectDir", out var folder) && folder.Length > 0 ? Plain(folder) : null;
    }

    /// <summary>Whether the project is built for more than one target framework.</summary>
    public bool HasSeveralFrameworks { get; }

    /// <summary>Whether a file may be read by other projects: several lie beside it, or it lies outside of this one's folder.</summary>
    public bool MayBeOtherProjects(string path) =>
        _hasSeveralProjects
        || (
            _folder is not null
            && (Plain(path).Contains("/../") || !Plain(path).StartsWith(_folder.TrimEnd('/') + "/", StringComparison.OrdinalIgnoreCase))
        );

    private static string Plain(string path) => path.Replace('\\', '/');

    private static bool IsTrue(AnalyzerConfigOptions options, string property) =>
        options.TryGetValue("build_property." + property, out var value)
        && string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);
}
