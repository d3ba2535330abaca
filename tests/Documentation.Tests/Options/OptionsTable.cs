using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace MonotonicReads.Documentation.Tests.Options;

/// <summary>A class of options as a section of Markdown: what it is, and each property with its type, its default and its words.</summary>
internal static partial class OptionsTable
{
    private const int Width = 120;

    private static readonly ConcurrentDictionary<Assembly, Dictionary<string, XElement>> Documented = new();

    /// <param name="instance">The options as they are when nobody sets anything.</param>
    /// <param name="section">The key of configuration in which they stand; null for none of their own.</param>
    public static string Of(object instance, string? section)
    {
        var type = instance.GetType();
        var text = new StringBuilder($"### {type.Name}\n\n");
        var about = Words(type.Assembly, $"T:{type.FullName}") + (section is null ? "" : $" In configuration: `{section}`.");
        text.Append(Wrapped(about)).Append("\n\n| option | type | default | meaning |\n|---|---|---|---|\n");
        foreach (var property in Properties(type))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"| `{property.Name}` | `{TypeName(property)}` | {Default(property, instance)} | {Meaning(type, property)} |\n"
            );
        }

        return text.ToString();
    }

    private static IEnumerable<PropertyInfo> Properties(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p =>
                p.DeclaringType == type
                && (
                    p.SetMethod is { IsPublic: true }
                    || typeof(System.Collections.IList).IsAssignableFrom(p.PropertyType)
                    || IsList(p.PropertyType)
                )
            )
            .OrderBy(static p => p.MetadataToken);

    private static bool IsList(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>);

    private static string Meaning(Type type, PropertyInfo property)
    {
        // A record's parameters are documented where the record is.
        var own = Element(type.Assembly, $"P:{type.FullName}.{property.Name}")?.Element("summary");
        var parameter = Element(type.Assembly, $"T:{type.FullName}")
            ?.Elements("param")
            .FirstOrDefault(p => (string?)p.Attribute("name") == property.Name);
        var words =
            own is not null ? Text(type.Assembly, own)
            : parameter is not null ? Text(type.Assembly, parameter)
            : "";
        return words.Length > 0
            ? words.Replace("|", "\\|", StringComparison.Ordinal)
            : throw new InvalidOperationException($"{type.Name}.{property.Name} has no documentation.");
    }

    private static string Words(Assembly assembly, string member) =>
        Element(assembly, member)?.Element("summary") is { } summary ? Text(assembly, summary) : "";

    private static string Text(Assembly assembly, XElement element)
    {
        var text = Blank().Replace(string.Concat(element.Nodes().Select(Inline)), " ").Trim();
        // "See X." stands for what X says.
        return
            element.Nodes().SkipWhile(static n => n is XText t && string.IsNullOrWhiteSpace(t.Value)).Take(2).ToList()
                is [XText { Value: var see }, XElement { Name.LocalName: "see" } to]
            && see.Trim() == "See"
            && Referred(assembly, (string)to.Attribute("cref")!) is { Length: > 0 } there
            ? there + text[(text.IndexOf("`.", StringComparison.Ordinal) + 2)..]
            : text;
    }

    // Overloads say the same of what they set; the first one does.
    private static string Referred(Assembly assembly, string cref)
    {
        var name = cref.Split('(')[0];
        var element = All(assembly)
            .Where(m => m.Key == cref || m.Key.Split('(')[0] == name)
            .Select(static m => m.Value.Element("summary"))
            .FirstOrDefault(static s => s is not null);
        return element is null ? "" : Text(assembly, element);
    }

    private static string Inline(XNode node) =>
        node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "see" or "paramref" } e when (string?)e.Attribute("langword") is { } word => $"`{word}`",
            XElement { Name.LocalName: "see" } e => $"`{ShortName((string)e.Attribute("cref")!)}`",
            XElement { Name.LocalName: "paramref" } e => $"`{(string?)e.Attribute("name")}`",
            XElement { Name.LocalName: "c" } e => $"`{e.Value}`",
            XElement e => " " + string.Concat(e.Nodes().Select(Inline)),
            _ => "",
        };

    // Of a member the last two names, unless the first of them is the options' own.
    private static string ShortName(string cref)
    {
        var (kind, name) = (cref[0], cref[2..].Split('(')[0]);
        var parts = name.Split('.');
        return kind == 'T' || parts.Length < 2 || parts[^2].EndsWith("Options", StringComparison.Ordinal)
            ? parts[^1]
            : $"{parts[^2]}.{parts[^1]}";
    }

    private static string TypeName(PropertyInfo property)
    {
        var type = property.PropertyType;
        var isNullable =
            Nullable.GetUnderlyingType(type) is not null
            || (!type.IsValueType && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable);
        return Short(Nullable.GetUnderlyingType(type) ?? type) + (isNullable ? "?" : "");
    }

    private static string Short(Type type) =>
        type.IsGenericType
            ? $"{type.Name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Short))}>"
            : Type.GetTypeCode(type) switch
            {
                _ when type.IsEnum => type.Name,
                TypeCode.Boolean => "bool",
                TypeCode.Char => "char",
                TypeCode.Double => "double",
                TypeCode.Int32 => "int",
                TypeCode.String => "string",
                _ => type.Name,
            };

    private static string Default(PropertyInfo property, object instance)
    {
        var value = property.GetValue(instance);
        return value switch
        {
            null => "`null`",
            bool flag => flag ? "`true`" : "`false`",
            "" => "",
            string or char => $"`{value}`",
            TimeSpan time => $"`{time:c}`",
            Enum or IFormattable => $"`{string.Format(CultureInfo.InvariantCulture, "{0}", value)}`",
            _ => "",
        };
    }

    private static XElement? Element(Assembly assembly, string member) => All(assembly).GetValueOrDefault(member);

    private static Dictionary<string, XElement> All(Assembly assembly) =>
        Documented.GetOrAdd(
            assembly,
            static a =>
                XDocument
                    .Load(Path.Combine(AppContext.BaseDirectory, $"{a.GetName().Name}.xml"))
                    .Descendants("member")
                    .ToDictionary(static m => (string)m.Attribute("name")!, StringComparer.Ordinal)
        );

    private static string Wrapped(string text)
    {
        var lines = new List<string> { "" };
        foreach (var word in text.Split(' '))
        {
            if (lines[^1].Length > 0 && lines[^1].Length + 1 + word.Length > Width)
            {
                lines.Add("");
            }

            lines[^1] += lines[^1].Length > 0 ? $" {word}" : word;
        }

        return string.Join("\n", lines);
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
