using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Rules;

namespace MonotonicReads.CodeFixes;

/// <summary>What a fix declares: the name of the attribute and of the session's level, and what that does at run time.</summary>
internal sealed class Guarantee
{
    public static readonly Guarantee Monotonic = new("Monotonic", string.Empty, "Keep the reads of {0} on one replica ({1})", "a session");

    public static readonly Guarantee Causal = new(
        "Causal",
        ".Causal",
        "Let the reads of {0} wait for its own writes ({1})",
        "a causal session"
    );

    public static readonly Guarantee Primary = new(
        "Primary",
        ".Primary",
        "Send the reads of {0} to the primary ({1})",
        "a session on the primary"
    );

    public static readonly Guarantee Global = new(
        "Global",
        ".Global",
        "Let the reads of {0} wait for what anybody had written before ({1})",
        "a global session"
    );

    /// <summary>From weak to strong.</summary>
    private static readonly ImmutableArray<Guarantee> All = ImmutableArray.Create(Monotonic, Causal, Global, Primary);

    private readonly string _title;

    private Guarantee(string name, string keySuffix, string title, string session)
    {
        Name = name;
        Key = DeclareConsistencyFix.EquivalenceKey + keySuffix;
        Session = session;
        _title = title;
    }

    public string Name { get; }

    /// <summary>Under which Fix All declares it.</summary>
    public string Key { get; }

    public string Session { get; }

    /// <summary>What settles a finding, the most likely first.</summary>
    public static ImmutableArray<Guarantee> For(Diagnostic diagnostic) =>
        diagnostic.Id == MR2003SelfCall.Id
            ? All.Where(g => diagnostic.Properties.TryGetValue(MR2003SelfCall.LevelProperty, out var level) && level == g.Name)
                .ToImmutableArray()
        : diagnostic.Id == MR1003ReadAfterWrite.Id || diagnostic.Properties.ContainsKey(FaultMessage.AfterWriteProperty)
            ? ImmutableArray.Create(Causal, Primary, Global)
        : ImmutableArray.Create(Monotonic);

    /// <summary>The one of a key, as far as it settles the finding; without a key, as a command line asks, the most likely.</summary>
    public static Guarantee? OfKey(string? key, Diagnostic diagnostic)
    {
        var sufficient = For(diagnostic);
        return key is null ? sufficient.FirstOrDefault() : sufficient.FirstOrDefault(g => g.IsOf(key));
    }

    /// <summary>Whether another one of the name promises less.</summary>
    public bool IsStrongerThan(string name) => All.Any(g => g.Name == name && All.IndexOf(g) < All.IndexOf(this));

    public string Title(string what, string how) => string.Format(System.Globalization.CultureInfo.InvariantCulture, _title, what, how);

    private bool IsOf(string key) =>
        key.StartsWith(Key, StringComparison.Ordinal)
        && !All.Any(g => g.Key.Length > Key.Length && key.StartsWith(g.Key, StringComparison.Ordinal));
}
