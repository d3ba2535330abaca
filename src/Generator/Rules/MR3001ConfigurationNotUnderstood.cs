using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>An option, or a line of an AdditionalFile, that is not understood and therefore does nothing.</summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class MR3001ConfigurationNotUnderstood : DiagnosticAnalyzer
{
    internal const string Id = "MR3001";

    private const string Title = "Option or line not understood";

    private const string Category = "MonotonicReads.Configuration";

    private const string Description = "An option that is not understood does nothing: the default holds, which may not be what was meant.";

    /// <summary>For lines of files: live in an editor.</summary>
    private static readonly DiagnosticDescriptor LineDescriptor = new(
        Id,
        Title,
        "{0}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        Description,
        HelpLinks.Of(Id)
    );

    /// <summary>For options, which have no location and are looked at when everything else is done.</summary>
    private static readonly DiagnosticDescriptor OptionDescriptor = new(
        Id,
        Title,
        "{0}",
        Category,
        DiagnosticSeverity.Warning,
        isEnabledByDefault: true,
        Description,
        HelpLinks.Of(Id),
        WellKnownDiagnosticTags.CompilationEnd
    );

    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } =
        ImmutableArray.Create(LineDescriptor, OptionDescriptor);

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.EnableConcurrentExecution();
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.RegisterAdditionalFileAction(AnalyzeFile);
        context.RegisterCompilationAction(AnalyzeOptions);
    }

    private static void AnalyzeFile(AdditionalFileAnalysisContext context)
    {
        if (MemberFile.IsOne(context.AdditionalFile) && context.AdditionalFile.GetText(context.CancellationToken) is { } members)
        {
            foreach (var (span, line, pattern) in MemberFile.Lines(members))
            {
                if (pattern is null)
                {
                    Report(
                        span,
                        members,
                        $"'{line}' is no member: write 'read', 'write' or 'primary' and a metadata name such as Shop.Data.IOrderStore.Get*"
                    );
                }
            }
        }
        else if (BaselineFile.IsOne(context.AdditionalFile) && context.AdditionalFile.GetText(context.CancellationToken) is { } baseline)
        {
            foreach (var (span, line, entry) in BaselineFile.Lines(baseline))
            {
                if (entry is null)
                {
                    Report(
                        span,
                        baseline,
                        $"'{line}' is no baseline entry: write a rule from MR1001 to MR1003 and the member's documentation id, such "
                            + "as MR1001 M:Shop.Orders.Get(System.Int32)"
                    );
                }
            }
        }
        else if (PlansFile.IsOne(context.AdditionalFile) && context.AdditionalFile.GetText(context.CancellationToken) is { } plans)
        {
            foreach (var (span, line, entry) in PlansFile.Lines(plans))
            {
                if (entry is null)
                {
                    Report(
                        span,
                        plans,
                        $"'{line}' is no plan: write a method's documentation id and a number of reads from 1 on, such as "
                            + "M:Shop.Orders.GetPageAsync(System.Int32) = 3"
                    );
                }
            }
        }

        void Report(Microsoft.CodeAnalysis.Text.TextSpan span, Microsoft.CodeAnalysis.Text.SourceText text, string message) =>
            context.ReportDiagnostic(
                Diagnostic.Create(
                    LineDescriptor,
                    Location.Create(context.AdditionalFile.Path, span, text.Lines.GetLinePositionSpan(span)),
                    message
                )
            );
    }

    /// <summary>Options have no location: each mistake is told once per compilation, however many files it holds for.</summary>
    private static void AnalyzeOptions(CompilationAnalysisContext context)
    {
        var provider = context.Options.AnalyzerConfigOptionsProvider;
        var messages = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var options in context.Compilation.SyntaxTrees.Select(provider.GetOptions).Prepend(provider.GlobalOptions))
        {
            context.CancellationToken.ThrowIfCancellationRequested();
            foreach (var key in options.Keys)
            {
                if (key.StartsWith(ReadOptions.Prefix, StringComparison.OrdinalIgnoreCase) && options.TryGetValue(key, out var value))
                {
                    messages.UnionWith(MistakesIn(key, value));
                }
            }
        }

        foreach (var message in messages)
        {
            context.ReportDiagnostic(Diagnostic.Create(OptionDescriptor, Location.None, message));
        }
    }

    private static IEnumerable<string> MistakesIn(string key, string value)
    {
        if (ReadOptions.Choices.FirstOrDefault(c => string.Equals(c.Key, key, StringComparison.OrdinalIgnoreCase)) is { } choice)
        {
            return choice.Understands(value) ? [] : [$"'{value}' is no value of {choice.Key}: write {string.Join(", ", choice.Words)}"];
        }

        if (!ReadOptions.ListKeys.Contains(key, StringComparer.OrdinalIgnoreCase))
        {
            return
            [
                $"'{key}' is no option: there are "
                    + $"{string.Join(", ", ReadOptions.Choices.Select(static c => c.Key).Concat(ReadOptions.ListKeys))}",
            ];
        }

        return MemberLists
            .Names(value)
            .Where(static name => MemberPattern.TryParse(ListedRole.Read, name) is null)
            .Select(name =>
                $"'{name}' in {key} is no member: write a metadata name such as Shop.Data.IOrderStore.Get*, several separated by commas"
            );
    }
}
