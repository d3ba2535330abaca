using System.Globalization;
using MonotonicReads.Cli.Reports.Model;

namespace MonotonicReads.Cli.Watched;

/// <summary>Which bodies of the report were on the stack of a place.</summary>
internal sealed class SeenBodies
{
    /// <summary>Stands for a place that no symbols told.</summary>
    private const string Unknown = "?";

    private readonly Report _report;
    private readonly ILookup<(string Member, string Local), Body> _bodies;
    private readonly ILookup<(string Type, string Local), Body> _initializers;
    private readonly Dictionary<RuntimeSite, Dictionary<int, int>> _known = new(ReferenceEqualityComparer.Instance);

    public SeenBodies(Report report)
    {
        _report = report;
        var bodies = report.Methods.Select(static (method, index) => Body.Of(method, index)).ToList();
        _bodies = bodies.ToLookup(static body => (body.Name.Member, body.Name.Local));

        // What is after the = of a field or a property runs in a constructor.
        _initializers = bodies
            .Where(static body => body.Name.InitializedType is not null)
            .ToLookup(static body => (body.Name.InitializedType!, body.Name.Local));
    }

    /// <summary>Among how many bodies it is not known which of them was on the stack: 1 for certain, 0 where it was not.</summary>
    /// <param name="site">The place.</param>
    /// <param name="method">The body, by index.</param>
    public int Candidates(RuntimeSite site, int method)
    {
        if (!_known.TryGetValue(site, out var on))
        {
            _known.Add(site, on = On(site));
        }

        return on.GetValueOrDefault(method);
    }

    private Dictionary<int, int> On(RuntimeSite site)
    {
        var on = new Dictionary<int, int>();
        for (var i = 0; i < site.Frames.Length; i++)
        {
            var candidates = Of(site, i);
            foreach (var body in candidates)
            {
                on[body.Index] = Math.Min(on.GetValueOrDefault(body.Index, int.MaxValue), candidates.Count);
            }
        }

        return on;
    }

    private List<Body> Of(RuntimeSite site, int at)
    {
        var frame = site.Frames[at];
        var name = MemberName.Of(frame.Method);
        var named = _bodies[(name.Member, name.Local)].Where(body => body.Name.MayBe(name)).ToList();
        if (name.ConstructedType is { } type && (frame.At is not null || named.Count == 0))
        {
            named.AddRange(_initializers[(type, name.Local)]);
        }

        if (frame.At is null)
        {
            // No lambda. Of one with the same name in another project nothing tells it apart.
            return named.FindAll(static body => !body.IsHandler);
        }

        if (frame.At != Unknown && Position.Of(frame.At) is { } position)
        {
            var here = named.FindAll(body => body.Extent is { } extent && position.IsIn(extent));
            if (here.Count > 0)
            {
                // A handler's lambda is in the member that maps it.
                var least = here.Min(static body => Size(body.Extent!));
                return here.FindAll(body => Size(body.Extent!) == least);
            }

            named.RemoveAll(body => body.Extent is { } extent && position.IsInFileOf(extent));
        }

        return named.FindAll(body => !body.IsHandler || IsPlausible(site, at, _report.Methods[body.Index]));
    }

    // What a handler calls tells it apart from some of its neighbours.
    private bool IsPlausible(RuntimeSite site, int at, ReportMethod handler) =>
        at == 0
            ? handler.Sites.Any(static s => s.Calls.IsEmpty)
            : handler
                .Sites.SelectMany(static s => s.Calls)
                .Any(call => MemberName.Of(MemberOf(_report.Methods[call].Key).Member).MayBe(MemberName.Of(site.Frames[at - 1].Method)));

    private static (int, int) Size(ReportPlace place) =>
        (place.EndLine - place.Line, place.EndLine == place.Line ? place.EndColumn - place.Column : 0);

    /// <summary>The member of a key, and whether the key is a handler's, which has its name behind that.</summary>
    internal static (string Member, bool IsHandler) MemberOf(string key)
    {
        var name = key.IndexOf(")#", StringComparison.Ordinal);
        var blank = key.IndexOf(' ', StringComparison.Ordinal);
        return name >= 0 ? (key[..(name + 1)], true)
            : blank >= 0 && key.LastIndexOf('#', blank) is > 0 and var sharp ? (key[..sharp], true)
            : (key, false);
    }

    private sealed record Body(int Index, MemberName Name, bool IsHandler, ReportPlace? Extent)
    {
        public static Body Of(ReportMethod method, int index)
        {
            var (member, isHandler) = MemberOf(method.Key);
            return new Body(index, MemberName.Of(member), isHandler, method.Extent);
        }
    }

    private sealed record Position(string File, int Line, int Column)
    {
        /// <summary>Of <c>Program.cs:31:20</c>; null for anything else.</summary>
        public static Position? Of(string at) =>
            at.Split(':') is [.. var file, var line, var column]
            && int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var l)
            && int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var c)
                ? new Position(string.Join(':', file), l, c)
                : null;

        public bool IsInFileOf(ReportPlace place) =>
            string.Equals(File, place.File[(place.File.LastIndexOf('/') + 1)..], StringComparison.OrdinalIgnoreCase);

        public bool IsIn(ReportPlace place) =>
            IsInFileOf(place)
            && (Line, Column).CompareTo((place.Line, place.Column)) >= 0
            && (Line, Column).CompareTo((place.EndLine, place.EndColumn)) <= 0;
    }
}
