using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;

namespace MonotonicReads.Generator.Options;

/// <summary>
/// The members that options and AdditionalFiles of a compilation name. A list holds for the whole project, wherever it is set.
/// </summary>
internal static class MemberLists
{
    private static readonly ImmutableArray<(string Key, ListedRole Role)> Keys = ImmutableArray.Create(
        (ReadOptions.ReadMembersKey, ListedRole.Read),
        (ReadOptions.WriteMembersKey, ListedRole.Write),
        (ReadOptions.PrimaryMembersKey, ListedRole.Primary)
    );

    public static ImmutableArray<MemberPattern> Of(Compilation compilation, AnalyzerOptions options, CancellationToken cancellation)
    {
        var found = new Dictionary<string, MemberPattern>(StringComparer.Ordinal);
        foreach (var (role, names) in Values(compilation, options.AnalyzerConfigOptionsProvider).Distinct())
        {
            foreach (var name in Names(names))
            {
                Add(MemberPattern.TryParse(role, name));
            }
        }

        foreach (var file in options.AdditionalFiles)
        {
            if (MemberFile.IsOne(file) && file.GetText(cancellation) is { } text)
            {
                foreach (var (_, _, pattern) in MemberFile.Lines(text))
                {
                    Add(pattern);
                }
            }
        }

        return found.Values.ToImmutableArray();

        void Add(MemberPattern? pattern)
        {
            if (pattern is not null)
            {
                found[pattern.Role + " " + pattern.Text] = pattern;
            }
        }
    }

    /// <summary>
    /// The names in the value of an option: separated by commas or blanks, since a semicolon begins a comment in <c>.editorconfig</c>.
    /// </summary>
    public static IEnumerable<string> Names(string value) => value.Split([',', ' ', '\t'], StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<(ListedRole Role, string Names)> Values(Compilation compilation, AnalyzerConfigOptionsProvider provider)
    {
        var all = compilation.SyntaxTrees.Select(provider.GetOptions).Prepend(provider.GlobalOptions);
        foreach (var options in all)
        {
            foreach (var (key, role) in Keys)
            {
                if (options.TryGetValue(key, out var value))
                {
                    yield return (role, value);
                }
            }
        }
    }
}
