using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;

namespace MonotonicReads;

/// <summary>
/// Written by the generator: names the wrapper of an annotated repository, so that
/// <c>AddConsistentRepositories()</c> finds it.
/// </summary>
/// <param name="repository">The annotated class; an open generic one as <c>typeof(X&lt;&gt;)</c>.</param>
/// <param name="wrapper">Its wrapper, with as many type parameters.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ConsistentRepositoryAttribute(
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)]
        Type repository,
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)] Type wrapper
) : Attribute
{
    /// <summary>The annotated class.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)]
    public Type Repository { get; } = repository;

    /// <summary>The generated wrapper.</summary>
    [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces)]
    public Type Wrapper { get; } = wrapper;
}
