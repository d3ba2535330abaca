using System.Buffers;
using System.IO.Hashing;
using System.Text;

namespace MonotonicReads.Selection;

/// <summary>
/// Every replica gets the score -log2(h) / weight, h being XxHash3 (seed 0) of the UUID's 36 lower-case characters
/// followed by the replica's name in UTF-8, read as a fraction of 2^64; the lowest score wins, equal scores by ordinal
/// name. Scores are compared by cross multiplication, so that nothing is rounded.
/// </summary>
internal sealed class WeightedRendezvousSelector : IReplicaSelector
{
    private const int IdLength = SessionIdText.Length;
    private const int OnStack = 128;

    public int Select(Guid sessionId, ReadOnlySpan<WeightedReplica> replicas)
    {
        Span<byte> buffer = stackalloc byte[OnStack];
        SessionIdText.Of(sessionId).CopyTo(buffer);

        var best = -1;
        var bestHash = 0UL;
        for (var i = 0; i < replicas.Length; i++)
        {
            ref readonly var replica = ref replicas[i];
            if (!replica.IsAvailable || replica.Weight <= 0)
            {
                continue;
            }

            var hash = Hash(buffer, replica.Name);
            if (best < 0 || Beats(hash, replica, bestHash, replicas[best]))
            {
                (best, bestHash) = (i, hash);
            }
        }

        return best;
    }

    // Nearly always the bounds tell.
    private static bool Beats(ulong hash, in WeightedReplica replica, ulong bestHash, in WeightedReplica best)
    {
        var (own, other) = (BinaryLogarithm.NegativeBounds(hash), BinaryLogarithm.NegativeBounds(bestHash));
        var (weight, bestWeight) = ((ulong)replica.Weight, (ulong)best.Weight);
        return own.Most * bestWeight < other.Least * weight
            || (own.Least * bestWeight <= other.Most * weight && BeatsExactly(hash, replica, bestHash, best));
    }

    private static bool BeatsExactly(ulong hash, in WeightedReplica replica, ulong bestHash, in WeightedReplica best)
    {
        var own = new UInt128(0, BinaryLogarithm.Negative(hash)) * (uint)best.Weight;
        var other = new UInt128(0, BinaryLogarithm.Negative(bestHash)) * (uint)replica.Weight;
        return own != other ? own < other : string.CompareOrdinal(replica.Name, best.Name) < 0;
    }

    private static ulong Hash(Span<byte> buffer, string name)
    {
        if (Encoding.UTF8.TryGetBytes(name, buffer[IdLength..], out var length))
        {
            return XxHash3.HashToUInt64(buffer[..(IdLength + length)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(IdLength + Encoding.UTF8.GetMaxByteCount(name.Length));
        buffer[..IdLength].CopyTo(rented);
        var hash = XxHash3.HashToUInt64(rented.AsSpan(0, IdLength + Encoding.UTF8.GetBytes(name, rented.AsSpan(IdLength))));
        ArrayPool<byte>.Shared.Return(rented);
        return hash;
    }
}
