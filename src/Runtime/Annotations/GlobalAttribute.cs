namespace MonotonicReads;

/// <summary>
/// The reads of the member are causal, and see at least all that the primary had committed, for whomever, when the call began.
/// </summary>
/// <remarks>
/// <para>The call's first read in each data source asks the primary for its position, in one round trip; the reads go on a replica that
/// has it. One that has not is waited for, at most <see cref="MaxWaitMilliseconds"/>; then another replica that has it is read, otherwise
/// the primary. Where the primary cannot be asked the read throws <see cref="ReplicaLostException"/>: nothing else can prove it.</para>
/// <para>Inside a running session the moment is that of the inner call, for its own reads, and what they saw binds the session. With a
/// provider whose servers tell no position every read runs on the primary.</para>
/// <para>The idea is MaxScale's, <c>causal_reads=universal</c>.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class | AttributeTargets.Interface | AttributeTargets.Assembly)]
public sealed class GlobalAttribute : Attribute
{
    /// <summary>
    /// How long each read may wait for a replica to catch up, in milliseconds. Default 500; 0 never waits.
    /// </summary>
    public int MaxWaitMilliseconds { get; set; } = 500;

    /// <summary>What happens when the session's replica is lost. Default: <see cref="ReplicaLoss.Primary"/>.</summary>
    public ReplicaLoss OnReplicaLoss { get; set; }

    /// <summary>
    /// How many reads a call makes one after the other; 0, the default, where that is not said. The
    /// wrapper keeps the connection between them; see <see cref="ReadSessionOptions.Reads"/>.
    /// </summary>
    public int Reads { get; set; }
}
