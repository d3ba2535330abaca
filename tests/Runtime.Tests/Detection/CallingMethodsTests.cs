using System.Runtime.CompilerServices;
using MonotonicReads.Detection;

namespace MonotonicReads.Runtime.Tests.Detection;

public sealed class CallingMethodsTests
{
    private const string Here = "M:MonotonicReads.Runtime.Tests.Detection.CallingMethodsTests.";

    private static readonly SourceMembers Members = new(new UserCode([]));

    [Fact]
    public async Task Compiler_made_methods_are_those_of_the_source()
    {
        Assert.Equal(Here + "Plain", Plain());
        Assert.Equal(Here + "LaterAsync(System.Int32)", await LaterAsync(1));
        Assert.Equal(Here + "Several", Several().Single());
        var last = "";
        await foreach (var each in SeveralAsync())
        {
            last = each;
        }

        Assert.Equal(Here + "SeveralAsync", last);
        Assert.Equal(Here + "Lambda", Lambda()());
        Assert.Equal(Here + "LambdaAsync", await LambdaAsync()());
        Assert.Equal(Here + "Around~Local", Around());
        Assert.Equal(Here + "Overloaded(*)", Overloaded(1)());
        Assert.Equal(Here + "Overloaded(*)", Overloaded("")());
        Assert.Equal(Here + "get_Property", Property);
        Assert.Equal(Here + "Of`1.Get``1(`0,``0[],System.Collections.Generic.List{System.Int32}@)", GetOf());
        Assert.Equal(Here + "Made.#ctor(System.String)", new Made("").Caller);
        Assert.Equal(Here + "Made.op_Implicit(System.Int32)~" + Here[2..] + "Made", ((Made)1).Caller);
    }

    [Fact]
    public void Calling_methods_go_outwards_and_each_is_there_once()
    {
        var found = Outer(2);
        Assert.Equal(
            [Here + "Outer(System.Int32)", Here + nameof(Calling_methods_go_outwards_and_each_is_there_once)],
            found.Methods.Select(static method => method.Id)
        );
    }

    [Fact]
    public void What_the_opening_saw_goes_on_where_the_stack_ends()
    {
        CallingMethod a = new("a", "a", null);
        CallingMethod b = new("b", "b", null);
        CallingMethod c = new("c", "c", null);
        Assert.Equal([a, b, c], new CallingMethods([a]).With(new CallingMethods([a, b, c])).Methods);
        Assert.Equal([a, b, c], new CallingMethods([a, b]).With(new CallingMethods([b, c])).Methods);
        Assert.Equal([b, c], CallingMethods.None.With(new CallingMethods([b, c])).Methods);
        Assert.Equal([a], new CallingMethods([a]).With(new CallingMethods([b, c])).Methods);
        Assert.Equal([a], new CallingMethods([a]).With(null).Methods);
    }

    [Fact]
    public void Projects_are_the_users_and_packages_are_not_but_where_they_are_named()
    {
        var code = new UserCode([]);
        Assert.True(code.Has(typeof(CallingMethodsTests).Assembly));
        Assert.False(code.Has(typeof(FactAttribute).Assembly));
        Assert.False(code.Has(typeof(object).Assembly));
        Assert.False(code.Has(typeof(ReadSession).Assembly));
        Assert.True(new UserCode(["xunit.*"]).Has(typeof(FactAttribute).Assembly));
        Assert.False(new UserCode(["MonotonicReads*"]).Has(typeof(ReadSession).Assembly));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Found() =>
        CallingMethods.Here(Members).Methods.First(static method => !method.Id.EndsWith(".Found", StringComparison.Ordinal)).Id;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static CallingMethods Outer(int times) => times > 0 ? Outer(times - 1) : CallingMethods.Here(Members);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static string Plain() => Found();

    private static async Task<string> LaterAsync(int times)
    {
        await Task.Yield();
        return times > 0 ? Found() : "";
    }

    private static IEnumerable<string> Several()
    {
        yield return Found();
    }

    private static async IAsyncEnumerable<string> SeveralAsync()
    {
        await Task.Yield();
        yield return Found();
    }

    private static Func<string> Lambda() => () => Found();

    private static Func<Task<string>> LambdaAsync() =>
        async () =>
        {
            await Task.Yield();
            return Found();
        };

    private static string Around()
    {
        return Local();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static string Local() => Found();
    }

    private static Func<string> Overloaded(int number) => () => number > 0 ? Found() : "";

    private static Func<string> Overloaded(string text) => () => text.Length == 0 ? Found() : "";

    private static string Property
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        get => Found();
    }

    private static string GetOf()
    {
        var list = new List<int>();
        return Of<string>.Get("", new[] { 1L }, ref list);
    }

    private static class Of<T>
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public static string Get<TOther>(T one, TOther[] others, ref List<int> list) => one is null || others is null ? "" : Found();
    }

    private sealed class Made
    {
        [MethodImpl(MethodImplOptions.NoInlining)]
        public Made(string text) => Caller = text.Length == 0 ? Found() : text;

        public string Caller { get; }

        [MethodImpl(MethodImplOptions.NoInlining)]
        public static implicit operator Made(int number) => new(number == 1 ? Found() : "");
    }
}
