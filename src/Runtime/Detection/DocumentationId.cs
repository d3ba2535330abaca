using System.Globalization;
using System.Reflection;
using System.Text;

namespace MonotonicReads.Detection;

/// <summary>The documentation id of a method, as the compiler writes it and the analyzer's findings have it.</summary>
internal static class DocumentationId
{
    public static string Of(MethodBase method)
    {
        var id = new StringBuilder(OfName(method));
        var parameters = method.GetParameters();
        for (var i = 0; i < parameters.Length; i++)
        {
            id.Append(i == 0 ? '(' : ',');
            Append(id, parameters[i].ParameterType);
        }

        if (parameters.Length > 0)
        {
            id.Append(')');
        }

        if (method is MethodInfo { IsSpecialName: true, Name: "op_Implicit" or "op_Explicit" } conversion)
        {
            id.Append('~');
            Append(id, conversion.ReturnType);
        }

        return id.ToString();
    }

    /// <summary>The same without what tells overloads apart.</summary>
    public static string OfName(MethodBase method)
    {
        var id = OfName(method.DeclaringType!, method.Name);
        return method.IsGenericMethod ? id + "``" + method.GetGenericArguments().Length.ToString(CultureInfo.InvariantCulture) : id;
    }

    /// <inheritdoc cref="OfName(MethodBase)"/>
    /// <param name="owner">The type.</param>
    /// <param name="name">The method's name.</param>
    public static string OfName(Type owner, string name)
    {
        var id = new StringBuilder("M:");
        AppendName(id, Definition(owner));
        return id.Append('.').Append(Escaped(name)).ToString();
    }

    private static string Escaped(string name) => name.Replace('.', '#').Replace('<', '{').Replace('>', '}');

    private static Type Definition(Type type) => type.IsGenericType ? type.GetGenericTypeDefinition() : type;

    private static void Append(StringBuilder id, Type type)
    {
        if (type.IsByRef)
        {
            Append(id, type.GetElementType()!);
            id.Append('@');
        }
        else if (type.IsPointer)
        {
            Append(id, type.GetElementType()!);
            id.Append('*');
        }
        else if (type.IsArray)
        {
            Append(id, type.GetElementType()!);
            var rank = type.GetArrayRank();
            id.Append('[').Append(rank == 1 ? "" : string.Join(',', Enumerable.Repeat("0:", rank))).Append(']');
        }
        else if (type.IsGenericParameter)
        {
            id.Append(type.DeclaringMethod is null ? "`" : "``");
            id.Append(type.GenericParameterPosition.ToString(CultureInfo.InvariantCulture));
        }
        else
        {
            AppendConstructed(id, type);
        }
    }

    private static void AppendName(StringBuilder id, Type type)
    {
        if (type.DeclaringType is { } outer)
        {
            AppendName(id, outer);
            id.Append('.');
        }
        else if (!string.IsNullOrEmpty(type.Namespace))
        {
            id.Append(type.Namespace).Append('.');
        }

        id.Append(type.Name);
    }

    // Outer{System.Int32}.Inner{System.String}: the arguments stand behind the type that declares them.
    private static void AppendConstructed(StringBuilder id, Type type)
    {
        var arguments = type.GetGenericArguments();
        var types = new Stack<Type>();
        for (var each = type; each is not null; each = each.DeclaringType)
        {
            types.Push(each);
        }

        if (!string.IsNullOrEmpty(type.Namespace))
        {
            id.Append(type.Namespace).Append('.');
        }

        var used = 0;
        var isFirst = true;
        foreach (var each in types)
        {
            id.Append(isFirst ? "" : ".").Append(each.Name.Split('`')[0]);
            isFirst = false;
            var count = each.GetGenericArguments().Length;
            for (var i = used; i < count; i++)
            {
                id.Append(i == used ? '{' : ',');
                Append(id, arguments[i]);
            }

            id.Append(count > used ? "}" : "");
            used = count;
        }
    }
}
