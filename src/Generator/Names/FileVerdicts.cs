namespace MonotonicReads.Generator.Names;

/// <summary>What the names in one file mean to some libraries. Found once for a file, as long as the libraries are the same.</summary>
/// <param name="libraries">What stands for the libraries.</param>
/// <param name="found">The names that matter to them, each once.</param>
internal sealed class FileVerdicts(string libraries, KeyValuePair<ulong, NameKind>[] found)
{
    private NameKind[]? _ofMembers;

    public string Libraries { get; } = libraries;

    public IReadOnlyList<KeyValuePair<ulong, NameKind>> Found => found;

    /// <summary>True where a name may begin a read by itself.</summary>
    public bool MayBegin { get; } = Array.Exists(found, static pair => pair.Value != NameKind.Query);

    /// <summary>What the names in each of the file's members mean, in the order of the members.</summary>
    public NameKind[] OfMembers(IReadOnlyList<NamedMember> members)
    {
        var known = Volatile.Read(ref _ofMembers);
        if (known is null)
        {
            var kinds = found.ToDictionary(static pair => pair.Key, static pair => pair.Value);
            known = [.. members.Select(member => NameKinds.Of(member, kinds))];
            Volatile.Write(ref _ofMembers, known);
        }

        return known;
    }
}
