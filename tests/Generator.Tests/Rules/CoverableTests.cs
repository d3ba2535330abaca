using Microsoft.CodeAnalysis;
using MonotonicReads.Generator.Tests.Harness;
using MonotonicReads.Generator.Wrapping.Decision;

namespace MonotonicReads.Generator.Tests.Rules;

/// <summary>What the code fix asks before it offers to annotate.</summary>
public class CoverableTests
{
    [Theory]
    [InlineData("public class Repo : IOrders { public int Get() => 1; }", true)]
    [InlineData("public sealed class Repo { public int Get() => 1; }", false)]
    [InlineData("public class Repo { public virtual int Get() => 1; }", true)]
    [InlineData("public class Repo { public int Get() => 1; }", false)]
    [InlineData("public class Repo : IOrders { int IOrders.Get() => 1; public static int Get() => 1; }", false)]
    [InlineData("public class Repo { public virtual int Get() => 1; } public class Sub : Repo { }", true)]
    [InlineData("public class Repo { public virtual int Get() => 1; } public sealed class Sub : Repo { }", false)]
    [InlineData("public class Repo : IOrders { public int Get() => 1; [Monotonic] public virtual int Other() => 1; }", false)]
    [InlineData("public class Repo : IOrders { public int Get() => 1; public virtual int Other() => 1; }", true)]
    public void A_method_is_coverable_when_annotating_it_alone_adds_no_report(string source, bool expected)
    {
        var compilation = Compilations.Of("using MonotonicReads; public interface IOrders { int Get(); }\n" + source);
        var method = compilation.GetTypeByMetadataName("Repo")!.GetMembers("Get").OfType<IMethodSymbol>().Single();
        Assert.Equal(expected, WrappingDecision.CanCover(method, compilation));
    }

    [Fact]
    public void Together_the_interface_decides_the_shape()
    {
        var compilation = Compilations.Of(
            "public interface IOrders { int Get(); } public class Repo : IOrders { public virtual int Other() => 1; public int Get() => 1; }"
        );
        var methods = compilation
            .GetTypeByMetadataName("Repo")!
            .GetMembers()
            .OfType<IMethodSymbol>()
            .Where(static m => m.MethodKind == MethodKind.Ordinary);
        Assert.Equal("Get", Assert.Single(WrappingDecision.CoverableTogether(methods, compilation)).Name);
    }
}
