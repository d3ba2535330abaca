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

    private string? _key;

    public static CallingMethods None { get; } = new([]);

    /// <summary>Tells one place from another.</summary>
    public string Key => _key ??= string.Join('\n', Methods.Select(static method => method.Id + method.At));

    /// <summary>The first annotation on the way out decides: a method that it calls is inside it.</summary>
    public string? Declares => Methods.FirstOrDefault(static method => method.Declares is not null)?.Declares;

    /// <summary>The level that a method further out declares, between which and these the stack has a gap; null for none.</summary>
    public string? DeclaresBeyond { get; private init; }

    /// <summary>
    /// From which of the methods on all have called whatever comes later in this flow too: what an asynchronous method makes ambient is
    /// gone when it returns to its caller, so that who sees it is inside of it. The number of methods where none is asynchronous.
    /// </summary>
    private int Lasting { get; init; } = Methods.Count;

    /// <summary>Whether the stack ends behind an await, so that there may be callers which it has lost.</summary>
    public bool IsCut { get; private init; }

    /// <summary>The methods on the stack of whoever calls this.</summary>
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A frame whose method cannot be told is left out.")]
    public static CallingMethods Here(SourceMembers members)
    {
        var trace = new StackTrace(skipFrames: 1, fNeedFileInfo: false);
        List<CallingMethod>? found = null;
        var lasting = -1;
        var isCut = false;
        for (var i = 0; i < Math.Min(trace.FrameCount, MostFrames) && (found?.Count ?? 0) < MostMethods; i++)
        {
            if (trace.GetFrame(i)?.GetMethod() is not { } method)
            {
                continue;
            }

            var before = found?.Count ?? 0;
            if (members.Of(method) is { } calling && found?.Contains(calling) != true)
            {
                (found ??= []).Add(calling);
            }

            if (AsyncFrame.IsMethod(method) && lasting < 0)
            {
                lasting = before;
            }

            if (AsyncFrame.IsResumption(method))
            {
                // Beneath it is who completed the task that it waited for.
                isCut = true;
                break;
            }
        }

        return found is null ? None : new CallingMethods(found) { Lasting = lasting < 0 ? found.Count : lasting, IsCut = isCut };
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
                return Followed(atOpening.Methods.Skip(i + 1)) with { IsCut = atOpening.IsCut, DeclaresBeyond = atOpening.DeclaresBeyond };
            }
        }

        return this;
    }

    /// <summary>The methods that are known to be further out, because this flow has begun in them, where one of them follows on those that
    /// are here. What would leave a gap is left out: nobody would be called by whom it says.</summary>
    public CallingMethods Inside(CallingMethods? flow)
    {
        if (flow is null || Methods.Count >= MostMethods)
        {
            return this;
        }

        var outer = Methods.Count == 0 ? flow.Methods : flow.Methods.SkipWhile(method => !method.Equals(Methods[^1])).Skip(1).ToList();
        return outer.Count == 0
            ? this with
            {
                DeclaresBeyond = flow.Declares ?? flow.DeclaresBeyond,
            }
            : Followed(outer) with
            {
                DeclaresBeyond = flow.DeclaresBeyond,
            };
    }

    /// <summary>Those that have called whatever comes later in this flow too; null for none.</summary>
    public CallingMethods? WhatLasts() =>
        Lasting < Methods.Count ? new CallingMethods([.. Methods.Skip(Lasting)]) { DeclaresBeyond = DeclaresBeyond } : null;

    private CallingMethods Followed(IEnumerable<CallingMethod> outer) =>
        new([.. Methods.Concat(outer).Distinct().Take(MostMethods)])
        {
            Lasting = Lasting,
            IsCut = IsCut,
            DeclaresBeyond = DeclaresBeyond,
        };
}

/// <summary>A method of the user's, as it stands in the source.</summary>
/// <param name="Id">Its documentation id; a local function's has its name behind <c>~</c>. Of several overloads that cannot be told apart
/// it ends in <c>(*)</c>.</param>
/// <param name="Name">Its type's and its own name.</param>
/// <param name="Declares">The level that its nearest annotation declares; null for none.</param>
/// <param name="At">Of a lambda or a local function where it stands, where somebody asks; null for a member.</param>
internal sealed record CallingMethod(string Id, string Name, string? Declares, string? At = null);
