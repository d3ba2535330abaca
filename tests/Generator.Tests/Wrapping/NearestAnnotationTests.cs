using MonotonicReads.Generator.Tests.Harness;

namespace MonotonicReads.Generator.Tests.Wrapping;

public class NearestAnnotationTests
{
    [Theory]
    [InlineData("", "", "[Monotonic]", "[Primary]", "Monotonic")]
    [InlineData("", "[Monotonic]", "[Primary]", "", "Primary")]
    [InlineData("", "[Monotonic]", "", "[Primary]", "Primary")]
    [InlineData("[Primary]", "[Monotonic]", "", "", "Monotonic")]
    [InlineData("[Monotonic]", "", "", "", "Monotonic")]
    [InlineData("[Monotonic]", "", "[Eventual(\"fine\")]", "", null)]
    [InlineData("[Monotonic]", "", "", "[Eventual(\"fine\")]", null)]
    [InlineData("[Eventual(\"fine\")]", "[Monotonic]", "", "", "Monotonic")]
    [InlineData("", "", "[Monotonic, Primary]", "", "Primary")]
    [InlineData("", "", "", "", null)]
    public void Member_then_type_then_interface_member_then_interface(
        string onInterface,
        string onInterfaceMember,
        string onMember,
        string onType,
        string? expected
    )
    {
        var run = GeneratorRun
            .Of(
                $$"""
                using MonotonicReads;
                namespace Shop;
                {{onInterface}} public interface IOrders { {{onInterfaceMember}} int Get(); }
                {{onType}} public class Repo : IOrders { {{onMember}} public int Get() => 1; }
                """
            )
            .AssertAllWrapped();
        if (expected is null)
        {
            Assert.Empty(run.Files);
        }
        else
        {
            Assert.Contains("ReadConsistency." + expected + ")", run.Text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[Monotonic]", "", "Monotonic")]
    [InlineData("[Monotonic]", "[Primary]", "Primary")]
    [InlineData("[Eventual(\"fine\")]", "[Primary]", "Primary")]
    [InlineData("[Monotonic]", "[Eventual(\"fine\")]", null)]
    public void An_override_follows_the_overridden_member_unless_it_says_otherwise(string onBase, string onOverride, string? expected)
    {
        var run = GeneratorRun
            .Of(
                $$"""
                using MonotonicReads;
                namespace Shop;
                public abstract class Base { {{onBase}} public virtual int Get() => 1; }
                public class Repo : Base { {{onOverride}} public override int Get() => 1; }
                """
            )
            .AssertAllWrapped();
        if (expected is null)
        {
            Assert.Empty(run.Files);
        }
        else
        {
            Assert.Contains("ReadConsistency." + expected + ")", run.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void An_annotation_on_the_assembly_generates_nothing()
    {
        var run = GeneratorRun.Of(
            """
            [assembly: MonotonicReads.Monotonic]
            public interface IOrders { int Get(); }
            public class Repo : IOrders { public int Get() => 1; }
            """
        );
        Assert.Empty(run.Files);
        Assert.Empty(run.MR2001());
    }

    [Fact]
    public void An_annotation_on_a_type_leaves_disposal_events_and_automatic_properties_alone()
    {
        var run = GeneratorRun
            .Of(
                """
                using System;
                using MonotonicReads;
                namespace Shop;
                public interface IOrders : IDisposable { int Get(); string Name { get; set; } int Live { get; } event Action? Went; }
                [Monotonic] public class Repo : IOrders
                {
                    public int Get() => 1;
                    public string Name { get; set; } = "";
                    public int Live => Get();
                    public event Action? Went { add { } remove { } }
                    public void Dispose() { }
                }
                """
            )
            .AssertAllWrapped();
        Assert.Equal(2, DelegationTests.Count(run.Text, "ReadSession.Begin("));
    }

    [Fact]
    public void A_base_class_that_implements_the_interface_counts_for_its_subclasses()
    {
        var run = GeneratorRun
            .Of(
                """
                using MonotonicReads;
                namespace Shop;
                public interface IOrders { int Get(); }
                public class Base : IOrders { [Monotonic] public virtual int Get() => 1; }
                public class Middle : Base { }
                public class Repo : Middle { public override int Get() => 2; }
                """
            )
            .AssertAllWrapped();
        Assert.Equal(["Shop.Base.g.cs", "Shop.Middle.g.cs", "Shop.Repo.g.cs"], run.Files.Keys.Order());
    }

    [Fact]
    public void Contracts_of_referenced_assemblies_count_also_through_others()
    {
        var contracts = Compilations
            .Of(
                "Contracts",
                Compilations.AllReferences,
                """
                using MonotonicReads;
                namespace Contracts;
                public interface IOrders { [Monotonic] int Get(); }
                public interface IGeneric<T> { [Monotonic] T Get(); }
                public interface IUnrelated { int Get(); }
                """
            )
            .ToReference();
        var middle = Compilations
            .Of(
                "Middle",
                Compilations.FrameworkReferences.Add(contracts),
                "namespace Middle; public interface IMine : Contracts.IOrders { }"
            )
            .ToReference();
        var run = GeneratorRun
            .Of(
                Compilations.Of(
                    "Shop",
                    Compilations.AllReferences.Add(contracts).Add(middle),
                    """
                    using IAlias = Contracts.IOrders;
                    namespace Shop;
                    public class A : Contracts.IOrders { public int Get() => 1; }
                    public class B : Middle.IMine { public int Get() => 1; }
                    public class C : Contracts.IGeneric<string> { public string Get() => ""; }
                    public class D : Contracts.IUnrelated { public int Get() => 1; }
                    public class E : IAlias { public int Get() => 1; }
                    public class F : E { }
                    """
                )
            )
            .AssertAllWrapped();
        Assert.Equal(["Shop.A.g.cs", "Shop.B.g.cs", "Shop.C.g.cs", "Shop.E.g.cs", "Shop.F.g.cs"], run.Files.Keys.Order());
    }

    [Fact]
    public void Contracts_of_a_referenced_project_count_as_well()
    {
        var project = Compilations.Of(
            "Contracts",
            Compilations.AllReferences,
            "namespace Contracts; [MonotonicReads.Monotonic] public interface IOrders { int Get(); } public interface IMine : IOrders { }"
        );
        var run = GeneratorRun
            .Of(
                Compilations.Of(
                    "Shop",
                    Compilations.AllReferences.Add(project.ToMetadataReference()),
                    "public class A : Contracts.IMine { public int Get() => 1; } public class B { }"
                )
            )
            .AssertAllWrapped();
        Assert.Equal(["A.g.cs"], run.Files.Keys);
    }
}
