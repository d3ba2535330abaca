namespace MonotonicReads.Generator.Sql;

/// <summary>Guesses from a stored procedure's name what it does, by the verb that stands in it as a word of its own.</summary>
internal static class ProcedureNames
{
    private static readonly HashSet<string> Reads = new(StringComparer.OrdinalIgnoreCase)
    {
        "Read",
        "Get",
        "List",
        "Search",
        "Find",
        "Count",
        "Exists",
    };

    private static readonly HashSet<string> Writes = new(StringComparer.OrdinalIgnoreCase)
    {
        "Create",
        "Insert",
        "Update",
        "Delete",
        "Save",
        "Set",
        "Add",
        "Remove",
        "Bump",
    };

    /// <summary>The first verb that is a read or a write decides; <see cref="SqlEffect.Unknown"/> where there is none.</summary>
    public static SqlEffect Classify(string name)
    {
        foreach (var word in Words(name))
        {
            if (Writes.Contains(word))
            {
                return SqlEffect.Write;
            }

            if (Reads.Contains(word))
            {
                return SqlEffect.ReplicaRead;
            }
        }

        return SqlEffect.Unknown;
    }

    /// <summary>Words of PascalCase, camelCase and snake_case names: <c>usp_OrderGetById</c> gives usp, Order, Get, By, Id.</summary>
    private static IEnumerable<string> Words(string name)
    {
        var start = 0;
        for (var i = 1; i <= name.Length; i++)
        {
            var boundary = i == name.Length || !char.IsLetterOrDigit(name[i]) || (char.IsUpper(name[i]) && !char.IsUpper(name[i - 1]));
            if (!boundary)
            {
                continue;
            }

            yield return name.Substring(start, i - start);
            start = i < name.Length && !char.IsLetterOrDigit(name[i]) ? i + 1 : i;
        }
    }
}
