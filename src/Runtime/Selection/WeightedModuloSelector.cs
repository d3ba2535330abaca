using System.Buffers;
using System.Diagnostics;

namespace MonotonicReads.Selection;

internal sealed class WeightedModuloSelector : IReplicaSelector
{
    private const int OnStack = 256;

    public int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas)
    {
        var sum = 0u;
        foreach (ref readonly var replica in replicas)
        {
            sum += (uint)replica.Weight;
        }

        if (sum == 0)
        {
            return -1;
        }

        // The fork keeps 0 for "no session".
        var hash = Math.Max(SpookyHashV2.Hash32(SessionIdText.Of(sessionId)), 1);
        var left = hash % sum;
        for (var i = 0; i < replicas.Length; i++)
        {
            var weight = (uint)replicas[i].Weight;
            if (left < weight)
            {
                return replicas[i].IsAvailable ? i : SelectAvailable(hash, sum, i, replicas);
            }

            left -= weight;
        }

        throw new UnreachableException("the remainder is below the sum of the weights");
    }

    // Draws again with the same hash, without the weight of what was found unavailable.
    private static int SelectAvailable(uint hash, uint sum, int unavailable, ReadOnlySpan<WeightedReplica> replicas)
    {
        var rented = replicas.Length > OnStack ? ArrayPool<uint>.Shared.Rent(replicas.Length) : null;
        var weights = rented is null ? stackalloc uint[OnStack] : rented;
        weights = weights[..replicas.Length];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (uint)replicas[i].Weight;
        }

        var picked = unavailable;
        while (picked >= 0 && !replicas[picked].IsAvailable)
        {
            sum -= weights[picked];
            weights[picked] = 0;
            picked = sum == 0 ? -1 : Walk(hash % sum, weights);
        }

        if (rented is not null)
        {
            ArrayPool<uint>.Shared.Return(rented);
        }

        return picked;
    }

    private static int Walk(uint left, ReadOnlySpan<uint> weights)
    {
        var i = 0;
        while (left >= weights[i])
        {
            left -= weights[i++];
        }

        return i;
    }
}
