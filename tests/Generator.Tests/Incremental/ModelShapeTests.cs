using System.Reflection;
using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Collections;
using MonotonicReads.Generator.Tests.Harness;
using MonotonicReads.Generator.Wrapping.Planning;
using MonotonicReads.Generator.Wrapping.Survey;

namespace MonotonicReads.Generator.Tests.Incremental;

/// <summary>What the pipeline keeps between runs must not hold on to a compilation.</summary>
public class ModelShapeTests
{
    public static TheoryData<Type> Models =>
        [
            typeof(WrapperPlan),
            typeof(AnnotatedType),
            typeof(Candidate),
            typeof(PlannedReads),
            typeof(ReadAnswers),
            typeof(EquatableArray<string>),
            .. typeof(MemberPlan).Assembly.GetTypes().Where(static t => t.IsSubclassOf(typeof(MemberPlan))),
        ];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_holds_plain_values_only(Type model) => Assert.Empty(Offences(model));

    [Theory]
    [InlineData(typeof(HoldsSymbol))]
    [InlineData(typeof(HoldsSyntaxInArray))]
    [InlineData(typeof(HoldsLocationDeeper))]
    [InlineData(typeof(HoldsBareObject))]
    [InlineData(typeof(HoldsMutableList))]
    public void The_check_sees_a_bad_model(Type model) => Assert.NotEmpty(Offences(model));

    [Fact]
    public void What_the_steps_really_hold_is_what_was_checked()
    {
        var run = GeneratorRun.Of(
            """
            using MonotonicReads;
            namespace Shop;
            public interface IOrders { int Get(); int this[int i] { get; } event System.Action? Went; }
            public class Repo : IOrders { [Monotonic] public int Get() => 1; public int this[int i] => i; public event System.Action? Went { add { } remove { } } }
            """
        );
        var values = TrackingNames
            .All.SelectMany(step => run.Result.TrackedSteps.TryGetValue(step, out var runs) ? runs : [])
            .SelectMany(static r => r.Outputs)
            .Select(static o => o.Value)
            .ToList();
        Assert.NotEmpty(values);
        Assert.All(values, value => Assert.Empty(Offences(value.GetType())));
    }

    /// <summary>Fields, however deep, that are neither plain values nor records of them.</summary>
    private static List<string> Offences(Type model)
    {
        var seen = new HashSet<Type>();
        var offences = new List<string>();
        Visit(model, model.Name);
        return offences;

        void Visit(Type type, string path)
        {
            if (type.IsPrimitive || type.IsEnum || type == typeof(string) || !seen.Add(type))
            {
                return;
            }

            if (type.Assembly.GetName().Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal))
            {
                offences.Add($"{path} is {type}");
                return;
            }

            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(EquatableArray<>))
            {
                Visit(type.GetGenericArguments()[0], path + "[]");
                return;
            }

            if (type == typeof(object) || type.IsInterface || type.Namespace!.StartsWith("System", StringComparison.Ordinal))
            {
                offences.Add($"{path} is {type}, which is not known to be plain and equatable");
                return;
            }

            for (
                var current = type;
                current is not null && current != typeof(object) && current != typeof(ValueType);
                current = current.BaseType
            )
            {
                foreach (
                    var field in current.GetFields(
                        BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly
                    )
                )
                {
                    Visit(field.FieldType, path + "." + field.Name);
                }
            }

            foreach (var derived in type.IsAbstract ? type.Assembly.GetTypes().Where(type.IsAssignableFrom) : [])
            {
                Visit(derived, path + ":" + derived.Name);
            }
        }
    }

    private sealed record HoldsSymbol(INamedTypeSymbol Type);

    private sealed record HoldsSyntaxInArray(EquatableArray<Wrapped> Items);

    private sealed record Wrapped(SyntaxNode Node);

    private sealed record HoldsLocationDeeper(string Name, Deeper Deeper);

    private sealed record Deeper(Location Location);

    private sealed record HoldsBareObject(object Anything);

    private sealed record HoldsMutableList(List<string> Names);
}
