using System.Collections.Immutable;
using System.Globalization;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Annotations;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Wrapping.Decision;
using MonotonicReads.Generator.Wrapping.Text;

namespace MonotonicReads.Generator.Wrapping.Planning;

/// <summary>The expressions that open sessions in one wrapper, and the options objects that they share.</summary>
internal sealed class SessionText
{
    private readonly ICollection<string> _takenNames;
    private readonly Dictionary<string, string> _fields = new(StringComparer.Ordinal);
    private readonly ImmutableArray<OptionsPlan>.Builder _options = ImmutableArray.CreateBuilder<OptionsPlan>();

    private readonly AskedReads _planned;

    /// <param name="takenNames">Names that no field may have.</param>
    /// <param name="planned">How many reads a member makes whose annotation does not say it.</param>
    public SessionText(ICollection<string> takenNames, AskedReads planned)
    {
        _takenNames = takenNames;
        _planned = planned;
    }

    public EquatableArray<OptionsPlan> Options => new(_options.ToImmutable());

    public string Begin(Coverage coverage, ImmutableArray<IParameterSymbol> parameters) =>
        $"global::MonotonicReads.ReadSession.Begin({string.Join(", ", Arguments(coverage, parameters))})";

    /// <summary>What a session is begun with: its level, its key and its options, so far as there are any.</summary>
    public IReadOnlyList<string> Arguments(Coverage coverage, ImmutableArray<IParameterSymbol> parameters)
    {
        var arguments = new List<string>
        {
            "global::MonotonicReads.ReadConsistency." + (coverage.Annotation.IsSnapshot ? "Snapshot" : coverage.Annotation.Kind.ToString()),
        };
        if (coverage.Key is { } key)
        {
            arguments.Add($"global::MonotonicReads.SessionKey.Format({Identifier.Escape(parameters[key.Ordinal].Name)}{key.Rest})");
        }

        if (OptionsField(coverage) is { } options)
        {
            arguments.Add(options);
        }

        return arguments;
    }

    private string? OptionsField(Coverage coverage)
    {
        var annotation = coverage.Annotation;
        var initializers = new List<string>();
        var name = string.Empty;
        if (annotation.OnReplicaLoss is { Type: INamedTypeSymbol lossType, Value: { } value })
        {
            // The enumeration's first value too: a data source may do otherwise where nothing is said.
            var loss = ConstantText.Enum(lossType, value);
            initializers.Add("OnReplicaLoss = " + loss);
            name +=
                "OnLoss"
                + (loss.Contains(")") ? Convert.ToString(value, CultureInfo.InvariantCulture) : loss.Substring(loss.LastIndexOf('.') + 1));
        }

        if (annotation.Kind is AnnotationKind.Causal or AnnotationKind.Global && !annotation.HasDefaultWait)
        {
            var wait = annotation.MaxWaitMilliseconds.ToString(CultureInfo.InvariantCulture);
            initializers.Add("MaxWaitMilliseconds = " + wait);
            name += "Wait" + wait;
        }

        if (annotation.MaxStalenessMilliseconds != 0)
        {
            var age = annotation.MaxStalenessMilliseconds.ToString(CultureInfo.InvariantCulture);
            initializers.Add("MaxStalenessMilliseconds = " + age);
            name += "MaxAge" + age;
        }

        if (ReadsOf(coverage) is not 0 and var planned)
        {
            var reads = planned.ToString(CultureInfo.InvariantCulture);
            initializers.Add("Reads = " + reads);
            name += "Reads" + reads;
        }

        if (initializers.Count == 0)
        {
            return null;
        }

        var text = string.Join(", ", initializers);
        if (!_fields.TryGetValue(text, out var field))
        {
            field = Identifier.Free(name.Replace('-', '_'), _takenNames);
            _takenNames.Add(field);
            _fields.Add(text, field);
            _options.Add(new OptionsPlan(field, text));
        }

        return field;
    }

    /// <summary>What the annotation says, else the project's plans file; a primary session has no series.</summary>
    private int ReadsOf(Coverage coverage) =>
        coverage.Annotation is { Reads: 0, Kind: AnnotationKind.Monotonic or AnnotationKind.Causal or AnnotationKind.Global }
            ? _planned.Of(coverage.Method)
            : coverage.Annotation.Reads;
}
