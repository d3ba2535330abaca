using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>MR1006 for lines of a plans file that no wrapper reads: the member is gone, or no session is opened for it any more.</summary>
internal sealed class PlansInVain
{
    private readonly SeriesPlans _plans;
    private readonly Compilation _compilation;
    private readonly CancellationToken _cancellation;
    private readonly Lazy<OtherVersions> _others;
    private readonly Dictionary<string, INamedTypeSymbol?> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ILookup<string?, IMethodSymbol>> _members = new(StringComparer.Ordinal);

    public PlansInVain(SeriesPlans plans, Compilation compilation, CancellationToken cancellation)
    {
        _plans = plans;
        _compilation = compilation;
        _cancellation = cancellation;
        _others = new(() => new OtherVersions(compilation, cancellation));
    }

    /// <summary>
    /// Tells a build of the lines that are known to be in vain for every build that reads them: a file that several projects share, or one
    /// project with several target frameworks, has lines for the others.
    /// </summary>
    public void Report(Action<Diagnostic> report)
    {
        foreach (var line in _plans.Lines)
        {
            if (Why(line.Entry.Member) is { } why && IsForThisBuildAlone(line, why.IsMissing))
            {
                report(Create(line, why.Text, isAgain: false));
            }
        }

        foreach (var line in _plans.Again)
        {
            report(Again(line));
        }
    }

    /// <summary>All lines that this compilation has no use for: what is true of the file is up to whoever asks all that read it.</summary>
    public IEnumerable<Diagnostic> All() =>
        _plans
            .Lines.Select(line => Why(line.Entry.Member) is { } why ? Create(line, why.Text, isAgain: false) : null)
            .OfType<Diagnostic>()
            .Concat(_plans.Again.Select(Again));

    /// <summary>Whether a wrapper of this compilation reads a line for the member, whether or not there is one.</summary>
    public bool IsRead(string member) => Find(member) is { } method && _plans.CoverageOf(method) is { Reads: 0 };

    private static Diagnostic Again(PlanLine line) => Create(line, "a line before it plans the same member, and counts", isAgain: true);

    private static Diagnostic Create(PlanLine line, string why, bool isAgain)
    {
        var properties = ImmutableDictionary<string, string?>.Empty.Add(SeriesPlan.MemberInVainProperty, line.Entry.Member);
        return Diagnostic.Create(
            MR1006WrongPlan.InVain,
            line.Location,
            isAgain ? properties.Add(SeriesPlan.AgainProperty, null) : properties,
            line.Entry.Member,
            line.Entry.Reads.ToString(CultureInfo.InvariantCulture),
            why
        );
    }

    /// <summary>Null where a wrapper reads the line, or may in another version of this compilation.</summary>
    private (string Text, bool IsMissing)? Why(string member)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (Find(member) is not { } method)
        {
            var type = TypeName(member);
            return _others.Value.MayHave(SimpleName(NameOf(member)), SimpleName(type), TypeOf(type))
                ? null
                : ("there is no such method", true);
        }

        return _plans.CoverageOf(method) switch
        {
            null => ("no wrapper opens a monotonic or causal session for it", false),
            { Reads: not 0 and var said } => (
                $"its annotation says Reads = {said.ToString(CultureInfo.InvariantCulture)}, which counts",
                false
            ),
            _ => null,
        };
    }

    private bool IsForThisBuildAlone(PlanLine line, bool isMissing)
    {
        var type = TypeOf(TypeName(line.Entry.Member));
        var isOurs = type?.Locations.Any(static l => l.IsInSource) == true;
        if (_plans.Readers.HasSeveralFrameworks && (isMissing || (isOurs && _others.Value.AreOf(type!))))
        {
            return false;
        }

        return isOurs || !_plans.Readers.MayBeOtherProjects(line.Location.GetLineSpan().Path);
    }

    /// <summary>
    /// By the type's id and those of its members: an id's own lookup does not find explicit implementations of generic interfaces.
    /// </summary>
    private IMethodSymbol? Find(string member)
    {
        var name = TypeName(member);
        if (TypeOf(name) is not { } type)
        {
            return null;
        }

        if (!_members.TryGetValue(name, out var members))
        {
            members = type.GetMembers().OfType<IMethodSymbol>().ToLookup(PlansFile.MemberId, StringComparer.Ordinal);
            _members.Add(name, members);
        }

        return members[member].FirstOrDefault();
    }

    private INamedTypeSymbol? TypeOf(string name)
    {
        if (!_types.TryGetValue(name, out var type))
        {
            type = DocumentationCommentId.GetFirstSymbolForDeclarationId("T:" + name, _compilation) as INamedTypeSymbol;
            _types.Add(name, type);
        }

        return type;
    }

    private static string TypeName(string member)
    {
        var name = NameOf(member);
        return name.Substring(0, Math.Max(name.LastIndexOf('.'), 0));
    }

    private static string SimpleName(string name)
    {
        name = name.Substring(name.LastIndexOfAny(['.', '#']) + 1);
        var arity = name.IndexOf('`');
        return arity < 0 ? name : name.Substring(0, arity);
    }

    /// <summary>Without the kind and the parameters.</summary>
    private static string NameOf(string member)
    {
        var parameters = member.IndexOf('(');
        return member.Substring(2, (parameters < 0 ? member.Length : parameters) - 2);
    }
}
