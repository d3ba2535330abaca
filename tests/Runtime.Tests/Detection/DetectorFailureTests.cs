using System.Diagnostics;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.Loader;
using MonotonicReads.Detection;

namespace MonotonicReads.Runtime.Tests.Detection;

/// <summary>What throws in the detector is nobody's but the log's.</summary>
public sealed class DetectorFailureTests
{
    [Fact]
    public void A_failure_reaches_no_read_leaves_no_connection_in_use_and_is_logged_once()
    {
        var time = new FaultyTime();
        using var watched = new Watched(time: time);
        using var connection = watched.Source.OpenConnection();
        time.IsFaulty = true;
        for (var i = 0; i < 3; i++)
        {
            Assert.NotEmpty(SqliteReplicaSet.AskOn(connection));
            watched.Read();
        }

        using (SeriesUnit.Begin())
        {
            watched.Read();
            watched.Read();
        }

        Assert.True(time.HasThrown);
        Assert.Equal(1, watched.Logged(41));
        Assert.True(watched.Source.Routed.Detector!.IsOff);
        time.IsFaulty = false;
        using (SeriesUnit.Begin())
        {
            watched.Read();
            watched.Read();
        }

        Assert.Empty(watched.AtEnd());
    }

    [Fact]
    public async Task Nor_an_asynchronous_one()
    {
        var time = new FaultyTime();
        using var watched = new Watched(time: time);
        await using var connection = await watched.Source.OpenConnectionAsync();
        time.IsFaulty = true;
        for (var i = 0; i < 3; i++)
        {
            Assert.NotEmpty(SqliteReplicaSet.AskOn(connection));
            await watched.ReadAsync();
        }

        Assert.True(time.HasThrown);
        Assert.Equal(1, watched.Logged(41));
    }

    [Fact]
    public void On_its_timer_it_ends_nothing_but_the_detector()
    {
        var time = new FaultyTime();
        using var watched = new Watched(time: time);
        using (new Activity("job").Start())
        {
            watched.Read();
            watched.Read();
            time.IsFaulty = true;

            // What it throws would reach who moves the clock.
            time.Ring();
        }

        Assert.True(time.HasThrown);
        Assert.Equal(1, watched.Logged(41));
    }

    [Fact]
    public void A_handler_that_throws_switches_nothing_off()
    {
        using var watched = new Watched();
        watched.Source.SeriesDetected += (_, _) => throw new InvalidOperationException("mine");
        for (var i = 0; i < 2; i++)
        {
            using var unit = SeriesUnit.Begin();
            watched.Read();
            watched.Read();
        }

        Assert.False(watched.Source.Routed.Detector!.IsOff);
        Assert.Equal(2, watched.Found.Count);
        Assert.Equal(0, watched.Logged(41));
    }

    [Fact]
    public void A_method_beside_one_with_an_attribute_that_is_not_there_is_told_all_the_same()
    {
        using var watched = new Watched(options => options.UserAssemblies.Add("Torn*"));
        var torn = TornType("RunsAttribute");
        var run = torn.GetMethod("Run")!.CreateDelegate<Action<Action>>();
        Assert.ThrowsAny<Exception>(() => torn.GetMethod("Run")!.GetCustomAttributes(inherit: false));
        using (SeriesUnit.Begin())
        {
            run(watched.Read);
            run(watched.Read);
        }

        Assert.Equal(0, watched.Logged(41));
        var found = Assert.Single(watched.Found);
        Assert.Contains(found.CallSites[0].Methods, static method => method.StartsWith("M:Torn.Jobs.Run(", StringComparison.Ordinal));
    }

    [Fact]
    public void What_reflection_cannot_tell_is_told_by_its_name()
    {
        var members = new SourceMembers(new UserCode([]));
        Assert.Equal(
            "M:MonotonicReads.Runtime.Tests.Detection.DetectorFailureTests.Unreadable(*)",
            members.Of(new TornMethod(new FileNotFoundException("Optional.dll")))!.Id
        );
        Assert.Throws<InvalidOperationException>(() => members.Of(new TornMethod(new InvalidOperationException("a fault of ours"))));
    }

    // An assembly whose attributes are of another, which was there when it was compiled.
    private static Type TornType(string attribute)
    {
        var optional = new PersistedAssemblyBuilder(new AssemblyName("Optional"), typeof(object).Assembly);
        var marker = optional.DefineDynamicModule("Optional").DefineType("Optional." + attribute, TypeAttributes.Public, typeof(Attribute));
        var make = marker.DefineDefaultConstructor(MethodAttributes.Public);
        marker.CreateType();
        var torn = new PersistedAssemblyBuilder(new AssemblyName("Torn"), typeof(object).Assembly);
        var jobs = torn.DefineDynamicModule("Torn").DefineType("Torn.Jobs", TypeAttributes.Public | TypeAttributes.Abstract);
        var run = jobs.DefineMethod("Run", MethodAttributes.Public | MethodAttributes.Static, typeof(void), [typeof(Action)]);
        run.SetCustomAttribute(make, [1, 0, 0, 0]);
        run.SetImplementationFlags(MethodImplAttributes.NoInlining);
        var code = run.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Callvirt, typeof(Action).GetMethod(nameof(Action.Invoke))!);
        code.Emit(OpCodes.Ret);
        jobs.CreateType();
        using var image = new MemoryStream();
        torn.Save(image);
        image.Position = 0;
        return new AssemblyLoadContext("torn").LoadFromStream(image).GetType("Torn.Jobs", throwOnError: true)!;
    }

    /// <summary>A clock that fails where the detector asks it.</summary>
    private sealed class FaultyTime : TimeProvider
    {
        private readonly List<(TimerCallback Callback, object? State)> _timers = [];

        public bool IsFaulty { get; set; }

        public bool HasThrown { get; private set; }

        public override long GetTimestamp()
        {
            if (IsFaulty && IsOfDetector())
            {
                HasThrown = true;
                throw new InvalidOperationException("a clock that fails");
            }

            return 1;
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (IsOfDetector())
            {
                _timers.Add((callback, state));
            }

            return base.CreateTimer(static _ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public void Ring() => _timers.ForEach(static timer => timer.Callback(timer.State));

        private static bool IsOfDetector() =>
            new StackTrace().GetFrames().Any(static frame => frame.GetMethod()?.DeclaringType?.Namespace == "MonotonicReads.Detection");
    }

    /// <summary>A double for a method whose signature or attributes are of an assembly that is not there.</summary>
    private sealed class TornMethod(Exception exception) : MethodInfo
    {
        public override Type DeclaringType => typeof(DetectorFailureTests);

        public override string Name => "Unreadable";

        public override MethodAttributes Attributes => MethodAttributes.Public | MethodAttributes.Static;

        public override RuntimeMethodHandle MethodHandle => throw exception;

        public override Type ReflectedType => DeclaringType;

        public override ICustomAttributeProvider ReturnTypeCustomAttributes => throw exception;

        public override MethodInfo GetBaseDefinition() => this;

        public override object[] GetCustomAttributes(bool inherit) => throw exception;

        public override object[] GetCustomAttributes(Type attributeType, bool inherit) => throw exception;

        public override MethodImplAttributes GetMethodImplementationFlags() => MethodImplAttributes.IL;

        public override ParameterInfo[] GetParameters() => throw exception;

        public override object? Invoke(
            object? obj,
            BindingFlags invokeAttr,
            Binder? binder,
            object?[]? parameters,
            System.Globalization.CultureInfo? culture
        ) => throw new NotSupportedException();

        public override bool IsDefined(Type attributeType, bool inherit) => throw exception;
    }
}
