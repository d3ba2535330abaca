namespace MonotonicReads.Package.Tests;

/// <summary>The packages are packed once for all classes of tests.</summary>
[CollectionDefinition(Name)]
public sealed class PackedOnce : ICollectionFixture<PackedPackage>
{
    public const string Name = "packed package";
}
