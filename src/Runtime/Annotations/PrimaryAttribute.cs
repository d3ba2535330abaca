namespace MonotonicReads;

/// <summary>Every read of the member runs on the primary ("tight" or strong consistency).</summary>
/// <remarks>
/// Inside a weaker session it strengthens its own reads, and what they saw binds that session: its later reads run
/// on the primary too.
/// </remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
public sealed class PrimaryAttribute : Attribute;
