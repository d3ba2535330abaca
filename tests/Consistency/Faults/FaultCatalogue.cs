namespace MonotonicReads.Consistency.Faults;

/// <summary>All faults, by what they are done to.</summary>
internal static class FaultCatalogue
{
    public static readonly Fault Calm = new("calm", scene => scene.WaitAsync(1)) { IsForMySql = true };

    public static readonly Fault[] All =
    [
        Calm,
        .. ReplicationFaults.All,
        .. ProcessFaults.All,
        .. NetworkFaults.All,
        .. MembershipFaults.All,
        .. PromotionFaults.All,
        .. ClientFaults.All,
    ];
}
