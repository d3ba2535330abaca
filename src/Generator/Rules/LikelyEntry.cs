using MonotonicReads.Generator.Options;

namespace MonotonicReads.Generator.Rules;

/// <summary>
/// What a line of the baseline that matches nothing probably meant: of the findings that it does not accept, the one that is most like
/// it.
/// </summary>
internal static class LikelyEntry
{
    private const int Unlike = int.MaxValue;

    /// <summary>Null where none is like it.</summary>
    public static BaselineEntry? Of(BaselineEntry stale, IEnumerable<BaselineEntry> reported)
    {
        var written = new MemberName(stale.Member);
        BaselineEntry? nearest = null;
        var least = Unlike;
        foreach (var entry in reported.OrderBy(static e => e.Member + " " + e.Rule, StringComparer.Ordinal))
        {
            var distance = Distance(written, new MemberName(entry.Member), entry.Rule == stale.Rule);
            if (distance < least)
            {
                (nearest, least) = (entry, distance);
            }
        }

        return nearest;
    }

    /// <summary>Another rule is nearer than other parameters, those nearer than another type, and that nearer than another name.</summary>
    private static int Distance(MemberName written, MemberName reported, bool sameRule)
    {
        var sameType = written.Type == reported.Type;
        var sameName = written.Name == reported.Name;
        var sameRest = written.Rest == reported.Rest;
        if (!sameName && !(sameType && ((sameRest && written.Rest.Length > 0) || IsMisspelled(written.Name, reported.Name))))
        {
            return Unlike;
        }

        return (sameRule ? 0 : 1) + (sameRest ? 0 : 2) + (sameType ? 0 : 4) + (sameName ? 0 : 8);
    }

    /// <summary>So few characters differ that one may be meant where the other is written.</summary>
    private static bool IsMisspelled(string written, string meant)
    {
        var before = Enumerable.Range(0, meant.Length + 1).ToArray();
        for (var i = 0; i < written.Length; i++)
        {
            var row = new int[before.Length];
            row[0] = i + 1;
            for (var j = 0; j < meant.Length; j++)
            {
                row[j + 1] = Math.Min(Math.Min(row[j], before[j + 1]) + 1, before[j] + (written[i] == meant[j] ? 0 : 1));
            }

            before = row;
        }

        return before[meant.Length] <= Math.Max(written.Length, meant.Length) / 3;
    }

    /// <summary>A documentation id in its parts; an accessor goes by its property's name.</summary>
    private readonly struct MemberName
    {
        public MemberName(string id)
        {
            // `#` begins a constructor's name; elsewhere it stands between the parts of an interface's name, or before a handler's.
            var end = 2;
            while (end < id.Length && id[end] != '(' && (id[end] != '#' || id[end - 1] == '.'))
            {
                end++;
            }

            var dot = id.LastIndexOf('.', end - 1);
            Type = id.Substring(2, Math.Max(0, dot - 2));
            Name = WithoutPrefix(id.Substring(dot + 1, end - dot - 1));
            Rest = id.Substring(end).Replace("()", string.Empty);
        }

        public string Type { get; }

        public string Name { get; }

        /// <summary>The parameters, and what names a handler after them.</summary>
        public string Rest { get; }

        private static readonly string[] Accessors = ["get_", "set_", "add_", "remove_"];

        private static string WithoutPrefix(string name) =>
            Array.Find(Accessors, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } accessor
                ? name.Substring(accessor.Length)
                : name;
    }
}
