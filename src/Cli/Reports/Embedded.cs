namespace MonotonicReads.Cli.Reports;

/// <summary>Texts that come with the tool: the parts of the page, and the rules' pages.</summary>
internal static class Embedded
{
    /// <summary>A text by its file's name, its line ends <c>\n</c> wherever it was checked out.</summary>
    public static string Text(string name) => Find(name) ?? throw new InvalidOperationException($"{name} is not in the assembly.");

    /// <summary>The same; null where there is none of the name.</summary>
    public static string? Find(string name)
    {
        using var stream = typeof(Embedded).Assembly.GetManifestResourceStream(name);
        if (stream is null)
        {
            return null;
        }

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>The names of all that begin and end so, in their order.</summary>
    public static IEnumerable<string> Names(string beginning, string ending) =>
        typeof(Embedded)
            .Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(beginning, StringComparison.Ordinal) && n.EndsWith(ending, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
}
