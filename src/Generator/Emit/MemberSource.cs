using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Wrapping.Planning;

namespace MonotonicReads.Generator.Emit;

/// <summary>Writes one member of a wrapper.</summary>
internal static class MemberSource
{
    public static void Write(SourceWriter writer, MemberPlan member)
    {
        if (member.Modifiers.Contains("public") || member.Modifiers.Contains("protected"))
        {
            writer.Line("/// <inheritdoc/>");
        }

        writer.Lines(member.Attributes);
        switch (member)
        {
            case MethodPlan method:
                WriteMethod(writer, method);
                break;
            case PropertyPlan property:
                WriteProperty(writer, property);
                break;
            case EventPlan happening:
                writer.Line($"{happening.Modifiers}event {happening.Type} {happening.Name}");
                WriteAccessors(writer, happening.Accessors);
                break;
            default:
                throw new InvalidOperationException("No text for " + member.GetType().Name);
        }
    }

    private static void WriteMethod(SourceWriter writer, MethodPlan method)
    {
        var signature = $"{method.Modifiers}{method.Type} {method.Name}{method.TypeParameters}({method.Parameters})";
        if (method.Body.Session is not null)
        {
            writer.Line(signature);
            writer.Indented(method.Constraints);
            writer.Open();
            BodySource.Write(writer, method.Body, isAccessor: false);
            writer.Close();
        }
        else if (method.Constraints.Count == 0)
        {
            writer.Line(signature + BodySource.Arrow(method.Body));
        }
        else
        {
            writer.Line(signature);
            writer.Indented(method.Constraints);
            writer.Indented([BodySource.Arrow(method.Body).TrimStart()]);
        }
    }

    private static void WriteProperty(SourceWriter writer, PropertyPlan property)
    {
        var signature =
            $"{property.Modifiers}{property.Type} {property.Name}"
            + (property.Parameters.Length > 0 ? $"[{property.Parameters}]" : string.Empty);
        if (property.Accessors.Count == 1 && property.Accessors[0] is { Keyword: "get", Attributes.Count: 0, Body: { Session: null } body })
        {
            writer.Line(signature + BodySource.Arrow(body));
            return;
        }

        writer.Line(signature);
        WriteAccessors(writer, property.Accessors);
    }

    private static void WriteAccessors(SourceWriter writer, EquatableArray<AccessorPlan> accessors)
    {
        writer.Open();
        for (var i = 0; i < accessors.Count; i++)
        {
            var accessor = accessors[i];
            writer.Lines(accessor.Attributes);
            if (accessor.Body.Session is null)
            {
                writer.Line(accessor.Keyword + BodySource.Arrow(accessor.Body));
                continue;
            }

            if (i > 0)
            {
                writer.Blank();
            }

            writer.Line(accessor.Keyword);
            writer.Open();
            BodySource.Write(writer, accessor.Body, isAccessor: true);
            writer.Close();
        }

        writer.Close();
    }
}
