using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace MonotonicReads.Detection;

/// <summary>The user's methods on the stack, that which sends the statement first.</summary>
/// <param name="Methods">The methods; empty where no code of the user's is on the stack.</param>
internal sealed record CallingMethods(IReadOnlyList<CallingMethod> Methods)
{
    /// <summary>More would tell the way through the framework's pipeline.</summary>
    private const int MostMethods = 8;

    private const int MostFrames = 250;

    public static CallingMethods None { get; } = new([]);

    /// <summary>Tells one place from another.</summary>
    public string Key { get; } = string.Join('\n', Methods.Select(static method => method.Id + method.At));

    /// <summary>The first annotation on the way out decides: a method that it calls is inside it.</summary>
    public string? Declares => Methods.FirstOrDefault(static method => method.Declares is not null)?.Declares;

    /// <summary>The methods on the stack of whoever calls this.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A frame whose method cannot be told is left out.")]
    public static CallingMethods Here(SourceMembers members)
    {
        var trace = new StackTrace(skipFrames: 1, fNeedFileInfo: false);
        List<CallingMethod>? found = null;
        for (var i = 0; i < Math.Min(trace.FrameCount, MostFrames) && (found?.Count ?? 0) < MostMethods; i++)
        {
            if (trace.GetFrame(i)?.GetMethod() is { } method && members.Of(method) is { } calling && found?.Contains(calling) != true)
            {
                (found ??= []).Add(calling);
            }
        }

        return found is null ? None : new CallingMethods(found);
    }

    /// <summary>
    /// What the stack at the opening of the connection adds. Behind an await the stack has lost who called, and beneath a library that
    /// opened the connection first it has lost the user's method too: the opening was still called by them.
    /// </summary>
    public CallingMethods With(CallingMethods? atOpening)
    {
        if (atOpening is null or { Methods.Count: 0 })
        {
            return this;
        }

        if (Methods.Count == 0)
        {
            return atOpening;
        }

        var last = Methods[^1];
        for (var i = 0; i < atOpening.Methods.Count - 1; i++)
        {
            if (atOpening.Methods[i].Equals(last))
            {
                return new CallingMethods([.. Methods.Concat(atOpening.Methods.Skip(i + 1)).Distinct().Take(MostMethods)]);
            }
        }

        return this;
    }
}

/// <summary>A method of the user's, as it stands in the source.</summary>
/// <param name="Id">Its documentation id; a local function's has its name behind <c>~</c>. Of several overloads that cannot be told apart
/// it ends in <c>(*)</c>.</param>
/// <param name="Name">Its type's and its own name.</param>
/// <param name="Declares">The level that its nearest annotation declares; null for none.</param>
/// <param name="At">Of a lambda or a local function where it stands, where somebody asks; null for a member.</param>
internal sealed record CallingMethod(string Id, string Name, string? Declares, string? At = null);
